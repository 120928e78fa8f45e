using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing;
using StoreEdge.Agent.Sensing.Bluetooth;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Commands;

/// <summary>One adapter as the kernel tells of it.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Info">What it can do and does.</param>
/// <param name="Switch">How its radio switch stands.</param>
internal sealed record SeenAdapter(ushort Index, AdapterInfo Info, RfKillState Switch);

/// <summary>How the Bluetooth adapters of this machine are, asked without the agent and without privileges.</summary>
internal static class AdapterChecks
{
    private static readonly Phrase Title = new("Bluetooth adapters", "Adaptadores Bluetooth");

    /// <summary>The radios of this machine that the configuration names.</summary>
    public static IReadOnlyList<ReceiverSource> Wanted(Configuration.ConfigurationSection top) =>
        [.. top.Sections("receivers").Select(r => ReceiverSource.TryParse(r.Text("source") ?? "", out var source) && source.IsRadio ? source : default).Where(s => s.Kind is not null)];

    /// <summary>Asks the kernel.</summary>
    public static HealthCheck Look(IReadOnlyList<ReceiverSource> wanted, TimeProvider time, CancellationToken stop)
    {
        try
        {
            using var channel = BluetoothSocket.OpenControl(stop);
            var client = new MgmtClient(channel, time, static (in MgmtPacket _) => { });
            var switches = new RfKill();
            var adapters = client.Indexes().Select(i => (Index: i, Info: client.Info(i))).Where(a => a.Info is not null).Select(a => new SeenAdapter(a.Index, a.Info!.Value, switches.State(a.Index)));
            return Conclude([.. adapters], BluetoothDaemon.IsRunning(), wanted);
        }
        catch (BluetoothFault fault)
        {
            return wanted.Count == 0
                ? HealthCheck.NotApplicable("bluetooth", Title, Phrase.Same(fault.Message))
                : new("bluetooth", Title, CheckVerdict.Fail, Phrase.Same(fault.Message), Phrase.Same(fault.Remedy));
        }
    }

    /// <summary>What is to be said about them.</summary>
    internal static HealthCheck Conclude(IReadOnlyList<SeenAdapter> adapters, bool daemon, IReadOnlyList<ReceiverSource> wanted)
    {
        var (en, pt) = (string.Join("; ", adapters.Select(a => Describe(a, Tongue.English))), string.Join("; ", adapters.Select(a => Describe(a, Tongue.Portuguese))));
        var evidence = new Phrase(
            (adapters.Count == 0 ? "The kernel knows none." : $"{en}.") + (daemon ? " bluetoothd runs; each report wakes it too." : ""),
            (adapters.Count == 0 ? "O kernel não conhece nenhum." : $"{pt}.") + (daemon ? " O bluetoothd está ativo; cada quadro o acorda também." : ""));
        if (wanted.Count == 0) return adapters.Count == 0 ? HealthCheck.NotApplicable("bluetooth", Title, evidence) : HealthCheck.Pass("bluetooth", Title, evidence);
        foreach (var source in wanted)
        {
            if (!AdapterChoice.TryParse(source.Path, out var choice)) continue;
            var found = adapters.FirstOrDefault(a => choice.Address is null ? a.Index == choice.Index : a.Info.Address == choice.Address);
            if (found is null)
            {
                return new("bluetooth", Title, CheckVerdict.Fail, new($"{choice} is not there. {evidence.English}", $"{choice} não está presente. {evidence.Portuguese}"),
                    new("Plug it in, or name another in receivers[].source.", "Conecte-o ou indique outro em receivers[].source."));
            }

            if (found.Switch is RfKillState.Hard or RfKillState.Soft)
            {
                return new("bluetooth", Title, CheckVerdict.Fail, evidence, found.Switch == RfKillState.Soft
                    ? Phrase.Same("sudo rfkill unblock bluetooth")
                    : new("Turn the machine's radio switch on, or enable Bluetooth in its firmware.", "Ligue a chave de rádio da máquina ou habilite o Bluetooth no firmware."));
            }
        }

        return HealthCheck.Pass("bluetooth", Title, evidence);
    }

    private static string Describe(SeenAdapter adapter, Tongue tongue)
    {
        var english = tongue == Tongue.English;
        var state = adapter.Switch switch
        {
            RfKillState.Hard => english ? "held off by a switch" : "bloqueado por uma chave",
            RfKillState.Soft => english ? "held off by rfkill" : "bloqueado por rfkill",
            _ when adapter.Info.Current.HasFlag(MgmtSettings.Powered) => english ? "on" : "ligado",
            _ => english ? "off (the agent switches it on)" : "desligado (o agente o liga)",
        };
        var lacks = adapter.Info.Supported.HasFlag(MgmtSettings.LowEnergy) ? "" : english ? ", without Low Energy" : ", sem Low Energy";
        return string.Create(CultureInfo.InvariantCulture, $"hci{adapter.Index} {adapter.Info.Address}: {state}{lacks}");
    }
}

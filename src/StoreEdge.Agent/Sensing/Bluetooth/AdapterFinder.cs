using System.Globalization;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing.Bluetooth;

/// <summary>Finds the adapter that is meant. The number may move when an adapter is reset or put in again, so its address is remembered once it was seen.</summary>
internal sealed class AdapterFinder(AdapterChoice choice, MgmtClient client)
{
    private AdapterAddress? seen = choice.Address;

    /// <summary>Its number and what it does.</summary>
    /// <exception cref="BluetoothFault">It is not there; the message lists which are.</exception>
    public (ushort Index, AdapterInfo Info) Find()
    {
        var there = new List<(ushort Index, AdapterInfo Info)>();
        foreach (var index in client.Indexes())
            if (client.Info(index) is { } info) there.Add((index, info));
        foreach (var (index, info) in there)
            if (choice.Address is null ? index == choice.Index : info.Address == choice.Address) return Seen(index, info);
        foreach (var (index, info) in there)
            if (choice.Address is null && info.Address == seen) return Seen(index, info);
        var list = there.Count == 0
            ? "this machine has no Bluetooth adapter that the kernel knows"
            : "there " + (there.Count == 1 ? "is " : "are ") + string.Join(", ", there.Select(a => string.Create(CultureInfo.InvariantCulture, $"hci{a.Index} ({a.Info.Address})")));
        throw new BluetoothFault(BluetoothFaultKind.NoAdapter, $"there is no adapter {choice}; {list}",
            "Plug the adapter in, or name one of those in receivers[].source; it is used as soon as it is there. A built-in one must be enabled in the firmware (dmesg | grep -i bluetooth).");
    }

    private (ushort Index, AdapterInfo Info) Seen(ushort index, AdapterInfo info)
    {
        // An adapter without a valid address of its own has all zeros.
        if (info.Address.Bits != 0) seen = info.Address;
        return (index, info);
    }
}

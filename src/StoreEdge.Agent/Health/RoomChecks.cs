using System.Globalization;

namespace StoreEdge.Agent.Health;

/// <summary>How each room is, concluded from its status. Pure: a status in, a check out.</summary>
internal static class RoomChecks
{
    /// <summary>A store's door is never this long without any advertisement while a receiver works: fixed beacons and passing phones send several each second.</summary>
    private const double SilentSeconds = 30;

    /// <summary>Central usually acknowledges within seconds; after this something on the way is slow or away.</summary>
    private const double LateSeconds = 120;

    /// <summary>The presence loop comes round every second or more often.</summary>
    private static readonly TimeSpan Stalled = TimeSpan.FromSeconds(10);

    /// <summary>One radio.</summary>
    public static HealthCheck Receiver(ReceiverView receiver)
    {
        var code = $"receiver:{receiver.Id}";
        var title = new Phrase($"Receiver {receiver.Id}", $"Receptor {receiver.Id}");
        if (!receiver.Connected)
        {
            var fault = receiver.Fault is { Length: > 0 } text ? $" {text}" : "";
            return new(code, title, CheckVerdict.Fail,
                new($"Its source is not open.{fault}", $"A fonte não está aberta.{fault}"),
                new("Check that the radio is plugged in and its source in receivers[] is right.", "Verifique se o rádio está conectado e se a fonte em receivers[] está certa."));
        }

        if (receiver.Blind is not null)
        {
            var since = Spans.Of(TimeSpan.FromSeconds(receiver.BlindSeconds ?? 0));
            var steps = receiver.Radio is { Steps.Length: > 0 } radio ? radio.Steps : null;
            return new(code, title, CheckVerdict.Warn,
                new($"Open, but none of its {receiver.Canaries} fixed beacons has been heard for {since}; no visit ends by that silence.{(steps is null ? "" : $" Tried: {steps}.")}",
                    $"Aberto, mas nenhum dos {receiver.Canaries} beacons fixos foi ouvido há {since}; nenhuma visita termina por esse silêncio.{(steps is null ? "" : $" Tentado: {steps}.")}"),
                new("Nothing yet: a radio of this machine is restarted by itself. If it stays: check the fixed beacons' batteries, then replug the radio.",
                    "Nada por enquanto: um rádio desta máquina é reiniciado sozinho. Se persistir: verifique a bateria dos beacons fixos e reconecte o rádio."));
        }

        if (receiver.LastFrameSecondsAgo is not { } silence || silence > SilentSeconds)
        {
            var since = receiver.LastFrameSecondsAgo is { } s ? Spans.Of(TimeSpan.FromSeconds(s)) : null;
            return new(code, title, CheckVerdict.Warn,
                new(since is null ? "Open, but no frame yet." : $"Open, but silent for {since}.", since is null ? "Aberto, mas ainda sem quadros." : $"Aberto, mas em silêncio há {since}."),
                new("Hold a beacon next to it. Still silent: replug the radio, or look for metal around its antenna.",
                    "Aproxime um beacon. Se continuar em silêncio: reconecte o rádio ou procure metal em volta da antena."));
        }

        var rate = receiver.FramesPerSecond.ToString("0.0", CultureInfo.InvariantCulture);
        var link = receiver.Link is { } how ? $" ({how})" : "";
        var (lost, perdidos) = receiver.Radio is { KernelDropped: > 0 and var dropped } ? ($" The kernel dropped {dropped}.", $" O kernel descartou {dropped}.") : ("", "");
        return HealthCheck.Pass(code, title, new($"{rate} frames/s, last {Spans.Of(TimeSpan.FromSeconds(silence))} ago{link}.{lost}",
            $"{rate.Replace('.', ',')} quadros/s, último há {Spans.Of(TimeSpan.FromSeconds(silence))}{link}.{perdidos}"));
    }

    /// <summary>Whether anybody can be recognised at all.</summary>
    public static HealthCheck Enrolment(int? enrolled, IdentityView? identity = null)
    {
        var title = new Phrase("Enrolled beacons", "Beacons cadastrados");
        return enrolled switch
        {
            null => HealthCheck.NotApplicable("enrolment", title, new("No registry is configured.", "Nenhum cadastro configurado.")),
            0 => new("enrolment", title, CheckVerdict.Warn, new("The registry is empty: every beacon is a stranger.", "O cadastro está vazio: todo beacon é desconhecido."),
                new("Fill the file named by enrolment.file, or have central send the registry.", "Preencha o arquivo de enrolment.file ou peça o envio do cadastro pela central.")),
            var count => HealthCheck.Pass("enrolment", title, new($"{count} known.{Ids(identity, Tongue.English)}", $"{count} conhecidos.{Ids(identity, Tongue.Portuguese)}")),
        };
    }

    /// <summary>What the technician should know about ids that are not simply static: how many strangers they cost, and who misuses them.</summary>
    private static string Ids(IdentityView? identity, Tongue tongue)
    {
        if (identity is null) return "";
        var english = tongue == Tongue.English;
        var text = "";
        if (identity.Resolvable > 0)
        {
            var rate = identity.FalseMatchesPerHour.ToString("0.0000", CultureInfo.InvariantCulture);
            text += english
                ? $" {identity.Resolvable} by the key of their address: {identity.UnknownAddressesLastHour} unknown addresses in the last hour make {rate} false matches an hour."
                : $" {identity.Resolvable} pela chave do endereço: {identity.UnknownAddressesLastHour} endereços desconhecidos na última hora dão {rate.Replace('.', ',')} enganos por hora.";
        }

        if (identity.Replayed > 0) text += english ? $" {identity.Replayed} frames were replays." : $" {identity.Replayed} quadros eram repetições.";
        if (identity.Cloned > 0) text += english ? $" {identity.Cloned} static ids came from two devices." : $" {identity.Cloned} ids fixos vieram de dois aparelhos.";
        return text;
    }

    /// <summary>Whether presence is being decided.</summary>
    public static HealthCheck Presence(TimeSpan? silence, int present)
    {
        var title = new Phrase("Presence", "Presença");
        if (silence is null) return HealthCheck.NotApplicable("presence", title, new("Not running.", "Não está em execução."));
        return silence <= Stalled
            ? HealthCheck.Pass("presence", title, new($"Running; {present} {(present == 1 ? "visit" : "visits")} open.", $"Em execução; {present} {(present == 1 ? "visita aberta" : "visitas abertas")}."))
            : new("presence", title, CheckVerdict.Fail,
                new($"It has not come round for {Spans.Of(silence.Value)}.", $"Sem atividade há {Spans.Of(silence.Value)}."),
                new("The watchdog restarts the service by itself; if this stays, send the log (journalctl -u storeedge).",
                    "O watchdog reinicia o serviço sozinho; se persistir, envie o log (journalctl -u storeedge)."));
    }

    /// <summary>What central does not hold yet.</summary>
    public static HealthCheck Outbox(OutboxView? outbox)
    {
        var title = new Phrase("Journal and outbox", "Diário e fila de envio");
        if (outbox is null) return HealthCheck.NotApplicable("outbox", title, new("Not running.", "Não está em execução."));
        var (en, pt) = outbox.LastAcknowledgedSecondsAgo is { } ago
            ? ($"central acknowledged {Spans.Of(TimeSpan.FromSeconds(ago))} ago", $"central confirmou há {Spans.Of(TimeSpan.FromSeconds(ago))}")
            : ("central has not acknowledged since the start", "a central ainda não confirmou desde o início");
        if (outbox.Pending == 0) return HealthCheck.Pass("outbox", title, new($"Nothing waits; {en}.", $"Nada na fila; {pt}."));
        var oldest = Spans.Of(TimeSpan.FromSeconds(outbox.OldestPendingSeconds));
        var evidence = new Phrase($"{outbox.Pending} {(outbox.Pending == 1 ? "event waits" : "events wait")}, the oldest for {oldest}; {en}.", $"{outbox.Pending} {(outbox.Pending == 1 ? "evento" : "eventos")} na fila, o mais antigo há {oldest}; {pt}.");
        return outbox.OldestPendingSeconds < LateSeconds
            ? HealthCheck.Pass("outbox", title, evidence)
            : new("outbox", title, CheckVerdict.Warn, evidence,
                new("Nothing is lost. See the broker below; if it is connected, ask central whether its journey service runs.",
                    "Nada se perde. Veja o broker; se estiver conectado, pergunte à central se o serviço de jornada está ativo."));
    }

    /// <summary>The connection to the broker.</summary>
    public static HealthCheck Link(LinkView? link)
    {
        var title = Phrase.Same("Broker");
        if (link is null) return HealthCheck.NotApplicable("link", title, new("No broker is configured; events are kept here.", "Nenhum broker configurado; os eventos ficam guardados aqui."));
        if (link.Connected)
        {
            var since = link.ConnectedSeconds is { } s ? Spans.Of(TimeSpan.FromSeconds(s)) : null;
            return HealthCheck.Pass("link", title,
                new($"Connected to {link.Broker}{(link.IsFallback ? " (a fallback)" : "")}{(since is null ? "" : $" for {since}")}.{Days(link, Tongue.English)}",
                    $"Conectado a {link.Broker}{(link.IsFallback ? " (reserva)" : "")}{(since is null ? "" : $" há {since}")}.{Days(link, Tongue.Portuguese)}"));
        }

        var retry = link.NextRetrySeconds is { } r ? Spans.Of(TimeSpan.FromSeconds(r)) : null;
        var fault = link.Fault is { Length: > 0 } text ? $" {text}" : "";
        return new("link", title, CheckVerdict.Warn,
            new($"Not connected to {link.Broker}.{fault}{(retry is null ? "" : $" Next attempt in {retry}.")}", $"Sem conexão com {link.Broker}.{fault}{(retry is null ? "" : $" Nova tentativa em {retry}.")}"),
            new("Events are kept and sent later. Check the store's network, then mqtt.host, mqtt.port and the credentials.",
                "Os eventos ficam guardados e seguem depois. Verifique a rede da loja e depois mqtt.host, mqtt.port e as credenciais."));
    }

    /// <summary>How long each kind of certificate still holds.</summary>
    private static string Days(LinkView link, Tongue tongue)
    {
        if (link.Certificates.Count == 0) return "";
        var english = tongue == Tongue.English;
        var parts = link.Certificates.GroupBy(c => c.Role, StringComparer.Ordinal).Select(g =>
        {
            var role = (g.Key, english) switch { (var key, true) => key, ("client", _) => "cliente", ("authority", _) => "autoridade", _ => "broker" };
            return string.Create(CultureInfo.InvariantCulture, $"{role} {g.Max(c => c.DaysLeft):0}");
        });
        return english ? $" Days left of certificates: {string.Join(", ", parts)}." : $" Dias restantes dos certificados: {string.Join(", ", parts)}.";
    }

    /// <summary>One screen.</summary>
    public static HealthCheck Display(DisplayView display)
    {
        var title = new Phrase($"Display {display.Id}", $"Tela {display.Id}");
        if (!display.Connected)
        {
            return new($"display:{display.Id}", title, CheckVerdict.Warn, new("Not connected.", "Não conectada."),
                new($"Check its power and network; it must show the page /display/{display.Id}.", $"Verifique energia e rede; ela deve mostrar a página /display/{display.Id}."));
        }

        var ago = display.LastAcknowledgedSecondsAgo is { } s ? Spans.Of(TimeSpan.FromSeconds(s)) : null;
        return HealthCheck.Pass($"display:{display.Id}", title,
            new(ago is null ? "Connected." : $"Connected; last drawing acknowledged {ago} ago.", ago is null ? "Conectada." : $"Conectada; último desenho confirmado há {ago}."));
    }

    /// <summary>What may be shown.</summary>
    public static HealthCheck Bundle(BundleView? bundle)
    {
        var title = new Phrase("Offer bundle", "Pacote de ofertas");
        return bundle is null
            ? new("bundle", title, CheckVerdict.Warn, new("None is loaded: displays show their built-in fallback.", "Nenhum carregado: as telas mostram o conteúdo padrão."),
                new("Put a valid bundle where bundle.file points (`storeedge decide` tells what is wrong with it).", "Coloque um pacote válido em bundle.file (`storeedge decide` diz o que está errado)."))
            : HealthCheck.Pass("bundle", title, new($"Version {bundle.Version}, {bundle.Offers} offers.", $"Versão {bundle.Version}, {bundle.Offers} ofertas."));
    }

    /// <summary>What the configuration was read from.</summary>
    public static HealthCheck Configuration(IReadOnlyList<string> sources) => HealthCheck.Pass("configuration", new("Configuration", "Configuração"),
        sources.Count == 0 ? new("Built-in defaults only.", "Somente os valores padrão.") : Phrase.Same(string.Join(", ", sources)));

    /// <summary>The count of passing devices.</summary>
    public static HealthCheck Footfall(FootfallView? footfall)
    {
        var title = new Phrase("Footfall", "Fluxo de pessoas");
        if (footfall is null) return HealthCheck.NotApplicable("footfall", title, new("Switched off in the configuration.", "Desligado na configuração."));
        if (footfall is not { From: { } from, To: { } to, Result: { } result })
            return HealthCheck.Pass("footfall", title, new("The first interval is not over yet.", "O primeiro intervalo ainda não terminou."));
        var span = string.Create(CultureInfo.InvariantCulture, $"{from:HH:mm}–{to:HH:mm} UTC");
        return HealthCheck.Pass("footfall", title, result switch
        {
            "counted" => new($"{footfall.Count} devices, {span}.", $"{footfall.Count} aparelhos, {span}."),
            "few" => new($"Fewer than 5 devices, {span}.", $"Menos de 5 aparelhos, {span}."),
            _ => new($"Unreliable, {span}: too many devices change their addresses for a number to mean anything.", $"Não confiável, {span}: aparelhos demais trocam de endereço para que um número signifique algo."),
        });
    }

    /// <summary>The customers' page.</summary>
    public static HealthCheck Portal(bool enabled)
    {
        var title = Phrase.Same("Portal");
        return enabled
            ? HealthCheck.Pass("portal", title, new("Switched on, at /portal.", "Ligado, em /portal."))
            : HealthCheck.NotApplicable("portal", title, new("Switched off in the configuration.", "Desligado na configuração."));
    }
}

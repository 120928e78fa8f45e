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
                    "Nada por enquanto: um rádio desta máquina é reiniciado sozinho. Se persistir: verifique a bateria dos beacons fixos e reconecte o rádio."))
            { Fault = $"receiver-blind:{receiver.Id}" };
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

    /// <summary>The radio behind a receiver of this machine; none for other sources.</summary>
    public static IEnumerable<HealthCheck> Radio(ReceiverView receiver)
    {
        if (receiver is not { Radio: { } radio, Connected: true }) yield break;
        var steps = radio.Steps.Length == 0 ? "" : $" ({radio.Steps})";
        yield return HealthCheck.Pass($"radio:{receiver.Id}", new($"Radio {radio.Adapter}", $"Rádio {radio.Adapter}"), new($"On and scanning{steps}.", $"Ligado e em varredura{steps}."));
    }

    /// <summary>The fixed beacons that tell a receiver's death from an empty store.</summary>
    public static HealthCheck Canary(ReceiverView receiver)
    {
        var (code, title) = ($"canary:{receiver.Id}", new Phrase($"Fixed beacons at {receiver.Id}", $"Beacons fixos em {receiver.Id}"));
        if (receiver.Canaries == 0)
        {
            return HealthCheck.NotApplicable(code, title, new(
                "None has been heard here: a dead radio cannot be told from an empty store. One enrolled as a fixture and hung near it does.",
                "Nenhum foi ouvido aqui: não se distingue um rádio morto de uma loja vazia. Um cadastrado como fixo e pendurado perto resolve."));
        }

        return receiver.Blind is null && receiver.Connected
            ? HealthCheck.Pass(code, title, new($"{receiver.Canaries} heard.", $"{receiver.Canaries} {(receiver.Canaries == 1 ? "ouvido" : "ouvidos")}."))
            : new(code, title, CheckVerdict.Unknown, new("Not heard now; see the receiver.", "Não ouvidos agora; veja o receptor."), Phrase.None);
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
    public static HealthCheck Outbox(OutboxView? outbox, LinkView? link = null)
    {
        var title = new Phrase("Journal and outbox", "Diário e fila de envio");
        if (outbox is null) return HealthCheck.NotApplicable("outbox", title, new("Not running.", "Não está em execução."));
        var (en, pt) = outbox.LastAcknowledgedSecondsAgo is { } ago
            ? ($"central acknowledged {Spans.Of(TimeSpan.FromSeconds(ago))} ago", $"central confirmou há {Spans.Of(TimeSpan.FromSeconds(ago))}")
            : ("central has not acknowledged since the start", "a central ainda não confirmou desde o início");
        if (outbox.Pending == 0) return HealthCheck.Pass("outbox", title, new($"Nothing waits; {en}.", $"Nada na fila; {pt}."));
        var oldest = Spans.Of(TimeSpan.FromSeconds(outbox.OldestPendingSeconds));
        var (whyEn, whyPt) = Retry(link);
        var evidence = new Phrase($"{outbox.Pending} {(outbox.Pending == 1 ? "event waits" : "events wait")}, the oldest for {oldest}; {en}.{whyEn}", $"{outbox.Pending} {(outbox.Pending == 1 ? "evento" : "eventos")} na fila, o mais antigo há {oldest}; {pt}.{whyPt}");
        return outbox.OldestPendingSeconds < LateSeconds
            ? HealthCheck.Pass("outbox", title, evidence)
            : new("outbox", title, CheckVerdict.Warn, evidence,
                new("Nothing is lost. See the broker below; if it is connected, ask central whether its journey service runs.",
                    "Nada se perde. Veja o broker; se estiver conectado, pergunte à central se o serviço de jornada está ativo."));
    }

    /// <summary>When what waits is tried again, and why it waits.</summary>
    private static (string English, string Portuguese) Retry(LinkView? link)
    {
        if (link is null or { Connected: true }) return ("", "");
        var why = link.Fault is { Length: > 0 } fault ? $" ({fault.TrimEnd('.')})" : "";
        return link.NextRetrySeconds is { } seconds
            ? ($" Next attempt in {Spans.Of(TimeSpan.FromSeconds(seconds))}{why}.", $" Nova tentativa em {Spans.Of(TimeSpan.FromSeconds(seconds))}{why}.")
            : ($" The broker is being tried now{why}.", $" O broker está sendo tentado agora{why}.");
    }

    /// <summary>What central, or its broker, will not have.</summary>
    public static HealthCheck DeadLetters(OutboxView? outbox)
    {
        var title = new Phrase("Refused events", "Eventos recusados");
        return outbox switch
        {
            null => HealthCheck.NotApplicable("dead-letters", title, new("Not running.", "Não está em execução.")),
            { DeadLetters: 0 } => HealthCheck.Pass("dead-letters", title, new("None was refused for good.", "Nenhum foi recusado em definitivo.")),
            { DeadLetters: var count } => new("dead-letters", title, CheckVerdict.Warn,
                new($"{count} {(count == 1 ? "event was" : "events were")} refused for good and {(count == 1 ? "is" : "are")} kept here.", $"{count} {(count == 1 ? "evento recusado" : "eventos recusados")} em definitivo, guardados aqui."),
                new("storeedge journal dead-letters lists them with the reasons; the command resend sends them again.", "storeedge journal dead-letters os lista com os motivos; o comando resend os envia de novo.")),
        };
    }

    /// <summary>Who may pass from the guest network.</summary>
    public static HealthCheck Gate(GateView? gate)
    {
        var title = new Phrase("Guest gate", "Porta dos visitantes");
        return gate switch
        {
            null => HealthCheck.NotApplicable("gate", title, new("No gate of this machine's own.", "Nenhuma porta própria desta máquina.")),
            { Held: true } => HealthCheck.Pass("gate", title, new($"In place; {gate.Guests} inside.", $"No lugar; {gate.Guests} dentro.")),
            _ => new("gate", title, CheckVerdict.Fail, new("Not in place: nobody gets through.", "Fora do lugar: ninguém passa."),
                new("storeedge gate status says why; it is tried again by itself.", "storeedge gate status diz o motivo; tenta de novo sozinho.")),
        };
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
    public static HealthCheck Portal(PortalView? portal)
    {
        var title = Phrase.Same("Portal");
        return portal switch
        {
            null => HealthCheck.NotApplicable("portal", title, new("Switched off in the configuration.", "Desligado na configuração.")),
            { Fault: { } fault } => new("portal", title, CheckVerdict.Fail, new($"{portal.Address} does not answer: {fault}", $"{portal.Address} não responde: {fault}"),
                new("Check that portal.listen is an address of this machine (ip address), then restart the service and send its log.", "Verifique se portal.listen é um endereço desta máquina (ip address); depois reinicie o serviço e envie o log.")),
            { AnsweredInMilliseconds: { } took } => HealthCheck.Pass("portal", title, new($"{portal.Address} answers in {took:0} ms.", $"{portal.Address} responde em {took:0} ms.")),
            _ => HealthCheck.Pass("portal", title, new($"Switched on, at {portal.Address}.", $"Ligado, em {portal.Address}.")),
        };
    }
}

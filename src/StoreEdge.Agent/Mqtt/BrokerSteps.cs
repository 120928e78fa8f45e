using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>The way to the broker as checks, one for each step: the same words whether the running agent tells of its link, or <c>doctor</c> goes the way itself.</summary>
internal static class BrokerSteps
{
    private static readonly (BrokerStep Step, string Code, Phrase Title)[] All =
    [
        (BrokerStep.Name, "broker-dns", new("Broker: name", "Broker: nome")),
        (BrokerStep.Tcp, "broker-tcp", new("Broker: connection", "Broker: conexão")),
        (BrokerStep.Tls, "broker-tls", Phrase.Same("Broker: TLS")),
        (BrokerStep.Login, "broker-login", new("Broker: login", "Broker: login")),
        (BrokerStep.Access, "broker-access", new("Broker: access to topics", "Broker: acesso aos tópicos")),
        (BrokerStep.RoundTrip, "broker-round-trip", new("Broker: there and back", "Broker: ida e volta")),
    ];

    /// <summary>The checks.</summary>
    /// <param name="trail">What was seen.</param>
    /// <param name="options">The link's.</param>
    /// <param name="partOf">The check that these explain, where there is one.</param>
    public static IReadOnlyList<HealthCheck> Of(BrokerTrail trail, BrokerOptions options, string? partOf = null) =>
        [.. All.Select(a => One(a.Step, a.Code, a.Title, trail, options) with { PartOf = partOf })];

    private static HealthCheck One(BrokerStep step, string code, Phrase title, BrokerTrail trail, BrokerOptions options)
    {
        if (step == BrokerStep.Tls && !trail.UsesTls) return HealthCheck.NotApplicable(code, title, new("mqtt.tls is off.", "mqtt.tls está desligado."));
        if (step > trail.Reached)
            return new(code, title, CheckVerdict.Unknown, new("Not reached: the step before it is not done.", "Não alcançado: a etapa anterior não foi concluída."), Phrase.None);

        if (step == trail.Reached && trail.Failure is { } failure) return Failed(code, title, failure, trail.Place, options);
        return step switch
        {
            BrokerStep.Name => HealthCheck.Pass(code, title, Named(trail)),
            BrokerStep.Tcp => HealthCheck.Pass(code, title, trail.Handshake is { } took
                ? new($"{trail.Place} answers in {Milliseconds(took)}.", $"{trail.Place} responde em {Milliseconds(took)}.") : new($"{trail.Place} answers.", $"{trail.Place} responde.")),
            BrokerStep.Tls => HealthCheck.Pass(code, title, trail.Server is { } server ? Phrase.Same(server.ToString()) : new("Agreed.", "Estabelecido.")),
            BrokerStep.Login => HealthCheck.Pass(code, title, Login(options)),
            BrokerStep.Access => Access(code, title, trail),
            _ => Back(code, title, trail),
        };
    }

    /// <summary>The words of the link's own warning, so that the same fault is called the same everywhere.</summary>
    private static HealthCheck Failed(string code, Phrase title, MqttFailure failure, BrokerPlace place, BrokerOptions options)
    {
        var fault = LinkAdvice.Code(failure.Kind);
        var action = LinkAdvice.NextAction(failure.Kind, options with { Host = place.Host, Port = place.Port });
        var said = WarningWords.AsCheck(new(fault, Severity.Warning, failure.Detail, action, default));
        return said with { Code = code, Title = title, Fault = fault };
    }

    private static Phrase Named(BrokerTrail trail)
    {
        if (System.Net.IPAddress.TryParse(trail.Place.Host, out _)) return new($"{trail.Place.Host} is an address; no name server is asked.", $"{trail.Place.Host} é um endereço; nenhum servidor de nomes é consultado.");
        var by = trail.NameServers.Count == 0 ? "" : string.Join(", ", trail.NameServers);
        var (english, portuguese) = by.Length == 0 ? ("", "") : ($" Name servers: {by}.", $" Servidores de nomes: {by}.");
        var found = trail.Addresses.Count == 0 ? "" : $" ({string.Join(", ", trail.Addresses)})";
        return new($"{trail.Place.Host} has an address{found}.{english}", $"{trail.Place.Host} tem endereço{found}.{portuguese}");
    }

    private static Phrase Login(BrokerOptions options)
    {
        var (english, portuguese) = (options.Username is not null, options.Tls?.CertificateFile is not null) switch
        {
            (true, true) => ("user name and client certificate", "usuário e certificado do cliente"),
            (true, false) => ("user name", "usuário"),
            (false, true) => ("client certificate", "certificado do cliente"),
            _ => ("no credentials", "sem credenciais"),
        };
        return new($"Let in, with {english}.", $"Aceito, com {portuguese}.");
    }

    private static HealthCheck Access(string code, Phrase title, BrokerTrail trail)
    {
        if (trail.Refused.Count == 0) return HealthCheck.Pass(code, title, new("No topic was refused.", "Nenhum tópico foi recusado."));
        var topics = string.Join(", ", trail.Refused.Select(r => r.Reason is { } reason ? string.Create(CultureInfo.InvariantCulture, $"{r.Topic} ({reason})") : r.Topic).Distinct());
        return new(code, title, CheckVerdict.Fail, new($"The broker refuses {topics}.", $"O broker recusa {topics}."),
            new("Let this store's login read and write what the contract names below stores/v1/ and its id (the broker's access list).",
                "Permita que o login desta loja leia e publique o que o contrato nomeia em stores/v1/ e o id dela (lista de acesso do broker)."))
        { Fault = "broker-access-refused" };
    }

    private static HealthCheck Back(string code, Phrase title, BrokerTrail trail) => trail.RoundTrip is { } took
        ? HealthCheck.Pass(code, title, new($"A message was answered in {Milliseconds(took)}.", $"Uma mensagem foi respondida em {Milliseconds(took)}."))
        : new(code, title, CheckVerdict.Fail,
            new("The broker took a message on echo and did not bring it back.", "O broker aceitou uma mensagem em echo e não a trouxe de volta."),
            new("Let this store's login read its topic echo (the broker's access list): a broker with MQTT 3.1.1, and mosquitto's access lists for reading, refuse without a word.",
                "Permita que o login desta loja leia seu tópico echo (lista de acesso do broker): um broker com MQTT 3.1.1 e as listas de leitura do mosquitto recusam sem avisar."))
        { Fault = "broker-access-refused" };

    private static string Milliseconds(TimeSpan took) => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(took.TotalMilliseconds):0} ms");
}

namespace StoreEdge.Contracts;

/// <summary>
/// Every MQTT topic of one store, in one place: <c>stores/v1/{storeId}/…</c>, lower case, digits and dashes, at most seven levels.
/// </summary>
/// <param name="StoreId">The store, as it stands in the topic.</param>
public readonly record struct Topics(string StoreId)
{
    /// <summary>The first levels of every topic, with the contract's major version.</summary>
    public const string Root = "stores/v1";

    private string Prefix => $"{Root}/{StoreId}";

    /// <summary>Events, upward: QoS 1, not retained. <paramref name="type"/> is one of <see cref="EventTypes"/>.</summary>
    public string Event(string type) => $"{Prefix}/evt/{type}";

    /// <summary>
    /// Events of the backlog, upward: QoS 1, not retained. The gzip of a JSON array of envelopes: 2–500 of them, ascending, of one epoch; at most 128 KiB compressed and 1 MiB unpacked (one alone
    /// comes on its own topic). New events overtake the backlog, so the order of arrival says nothing: order by epoch and number.
    /// </summary>
    public string EventBatch => $"{Prefix}/evt-batch";

    /// <summary>Birth and last will of the link, upward: QoS 1, retained.</summary>
    public string Status => $"{Prefix}/state/status";

    /// <summary>How much is not acknowledged yet, upward: QoS 1, retained.</summary>
    public string OutboxState => $"{Prefix}/state/outbox";

    /// <summary>The health warnings in force, upward: QoS 1, retained.</summary>
    public string HealthState => $"{Prefix}/state/health";

    /// <summary>Which versions of program, bundle and enrolment registry run, upward: QoS 1, retained.</summary>
    public string VersionState => $"{Prefix}/state/version";

    /// <summary>How far the store's times are to be trusted, upward: QoS 1, retained.</summary>
    public string ClockState => $"{Prefix}/state/clock";

    /// <summary>What became of the desired documents, upward: QoS 1, retained.</summary>
    public string ConfigState => $"{Prefix}/state/config";

    /// <summary>What the store's own check says to itself, to prove the way to the broker and back: QoS 1, not retained. Nobody else needs to listen.</summary>
    public string Echo => $"{Prefix}/echo";

    /// <summary>A device asks for its certificate, upward: QoS 1, not retained. <paramref name="request"/> is the request's id, another each time.</summary>
    public string CertificateRequest(string request) => $"{Prefix}/certificate-request/{request}";

    /// <summary>What became of that, downward: QoS 1, not retained. Only who asked knows the topic before it is used.</summary>
    public string CertificateAnswer(string request) => $"{Prefix}/certificate-answer/{request}";

    /// <summary>Central's cumulative acknowledgement, downward: QoS 1, retained.</summary>
    public string Ack => $"{Prefix}/ack";

    /// <summary>The registry of known beacons, downward: QoS 1, retained.</summary>
    public string DesiredEnrolment => $"{Prefix}/desired/enrolment";

    /// <summary>A signed document, downward: QoS 1, retained. <paramref name="document"/> is <c>config</c>, <c>bundle</c> or <c>displays</c>.</summary>
    public string Desired(string document) => $"{Prefix}/desired/{document}";

    /// <summary>A command, downward: QoS 1.</summary>
    public string Command(string name) => $"{Prefix}/cmd/{name}";

    /// <summary>The subscription that covers every command to this store.</summary>
    public string AnyCommand => $"{Prefix}/cmd/+";

    /// <summary>Where a command is answered that named no other topic, upward: QoS 1.</summary>
    public string Response(string command) => $"{Prefix}/res/{command}";

    /// <summary>What is known about the customer of a present visit, downward: QoS 1.</summary>
    public string Context(string visitId) => $"{Prefix}/context/{visitId}";

    /// <summary>A service notice for a present visit, downward: QoS 1.</summary>
    public string Notice(string visitId) => $"{Prefix}/notice/{visitId}";

    /// <summary>The subscription that covers every context of this store.</summary>
    public string AnyContext => $"{Prefix}/context/+";

    /// <summary>The subscription that covers every notice of this store.</summary>
    public string AnyNotice => $"{Prefix}/notice/+";

    /// <summary>For central consumers: the events of every store.</summary>
    public const string EveryStoresEvents = $"{Root}/+/evt/+";

    /// <summary>For central consumers: the backlogs of every store.</summary>
    public const string EveryStoresBatches = $"{Root}/+/evt-batch";

    /// <summary>For central consumers: the answers of every store.</summary>
    public const string EveryStoresResponses = $"{Root}/+/res/+";

    /// <summary>For central consumers: the status of every store.</summary>
    public const string EveryStoresStatus = $"{Root}/+/state/status";

    /// <summary>For whoever issues certificates: the requests of every store.</summary>
    public const string EveryStoresCertificateRequests = $"{Root}/+/certificate-request/+";

    /// <summary>Takes a topic apart.</summary>
    /// <param name="topic">A full topic name.</param>
    /// <param name="parsed">The store and what follows it, such as <c>evt</c> and <c>arrival</c>; the second is empty where there is none.</param>
    /// <returns>Whether the topic belongs to this contract. An event type or a state that is not known yet does: they are added without a new major version.</returns>
    public static bool TryParse(string topic, out (string StoreId, string Kind, string Name) parsed)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var levels = topic.Split('/');
        parsed = default;
        if (levels.Length is < 4 or > 5 || levels[0] != "stores" || levels[1] != "v1" || !IsLevel(levels[2]) || !IsLevel(levels[^1])) return false;
        if (levels.Length == 4 ? levels[3] is not ("ack" or "evt-batch" or "echo") : levels[3] is not ("evt" or "state" or "desired" or "context" or "notice" or "cmd" or "res" or "certificate-request" or "certificate-answer")) return false;
        parsed = (levels[2], levels[3], levels.Length == 5 ? levels[4] : "");
        return true;
    }

    /// <summary>A level that is a name: what NameRule of StoreEdge.Core allows, so neither wildcards nor anything that needs escaping.</summary>
    private static bool IsLevel(string level)
    {
        if (level.Length is 0 or > 64 || level[0] == '-' || level[^1] == '-') return false;
        foreach (var c in level)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        return true;
    }
}

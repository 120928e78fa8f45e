using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>The link to the broker at one moment, for the technician's page and the log.</summary>
/// <param name="Broker">Host and port of the broker that is used or tried.</param>
/// <param name="ConnectedSince">Null while there is no connection.</param>
/// <param name="Connections">Successful ones since the agent started.</param>
/// <param name="LastFailure">How the last attempt or connection ended; null when none has.</param>
/// <param name="LastFailureAt">When it did.</param>
/// <param name="NextAction">What a technician does about it; null while there is nothing to do.</param>
/// <param name="NextAttemptAt">When the next attempt begins; null while connected or connecting.</param>
internal sealed record LinkStatus(
    string Broker, DateTimeOffset? ConnectedSince, long Connections, MqttFailure? LastFailure, DateTimeOffset? LastFailureAt, string? NextAction,
    DateTimeOffset? NextAttemptAt)
{
    /// <summary>Whether that is one of the fallbacks.</summary>
    public bool IsFallback { get; init; }

    /// <summary>The certificates in use, as of the last connection.</summary>
    public IReadOnlyList<LinkCertificate> Certificates { get; init; } = [];

    /// <summary>From the store's birth message until the broker took it, as of the last connection; null before the first.</summary>
    public TimeSpan? RoundTrip { get; init; }

    public bool IsOnline => ConnectedSince is not null;
}

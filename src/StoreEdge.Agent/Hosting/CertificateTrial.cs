using StoreEdge.Agent.Mqtt;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Hosting;

/// <summary>Connections beside the agent's own, as clients of their own, so that the standing one notices nothing: with a certificate that is on trial, and with none at all.</summary>
/// <param name="store">This store.</param>
/// <param name="broker">The link's; null where there is none.</param>
/// <param name="verification">What the broker's certificate is held against.</param>
/// <param name="time">The clock of the deadlines.</param>
internal sealed class CertificateTrial(string store, BrokerOptions? broker, VerificationClock verification, TimeProvider time)
{
    /// <summary>Why the broker does not let a certificate in; null where it does, and where there is no broker to ask.</summary>
    /// <param name="pair">A file with certificate and key.</param>
    /// <param name="who">What follows the store in the client id.</param>
    /// <param name="stop">Ends it early.</param>
    /// <param name="at">Which of the link's brokers; null for the first.</param>
    public async Task<MqttFailure?> RefusalAsync(string pair, string who, CancellationToken stop, BrokerPlace? at = null)
    {
        if (broker is null) return null;
        var password = broker.PasswordFile is { } secret ? (await File.ReadAllTextAsync(secret, stop).ConfigureAwait(false)).Split('\n')[0].TrimEnd('\r') : null;
        var client = new MosquittoClient(Base($"{store}-{who}", at ?? new(broker.Host, broker.Port)) with { Username = broker.Username, Password = password, Tls = new(broker.Tls?.AuthorityFile, pair, pair) }, _ => { }, time);
        await using (client.ConfigureAwait(false))
        {
            try
            {
                await client.ConnectAsync(stop).ConfigureAwait(false);
                return null;
            }
            catch (MqttFailureException refused)
            {
                return refused.Failure;
            }
        }
    }

    /// <summary>For a device that is nobody yet: it knows the broker by its certificate, and shows neither login nor certificate.</summary>
    public MosquittoOptions Claiming(string client) => Base(client, new(broker!.Host, broker.ClaimPort ?? broker.Port)) with { Tls = broker.Tls is { } tls ? new(tls.AuthorityFile, null, null) : null };

    private MosquittoOptions Base(string client, BrokerPlace at) => new(client, at.Host, at.Port)
    {
        Protocol = broker!.Protocol,
        CleanStart = true,
        SessionExpiry = TimeSpan.Zero,
        ConnectTimeout = broker.ConnectTimeout,
        KeepAlive = broker.KeepAlive,
        VerificationTime = verification.Now(),
        TimeIsSure = verification.IsSure(),
    };
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Device;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Outbox;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Hosting;

/// <summary>Everything between this store and central: the link, what goes up, and who takes what comes down.</summary>
internal sealed class CentralLink
{
    private readonly Topics topics;
    private readonly StateRelay states;

    public CentralLink(
        BrokerOptions broker, OutboxOptions options, string storeId, JournalStore journal, HealthBoard health, Func<VersionStateMessage> versions, VerificationClock verification,
        TimeProvider time, ILoggerFactory logs)
    {
        topics = new(storeId);
        Broker = new(
            broker, new(storeId, journal.Epoch, journal.BootId, ProgramVersion.Text), () => NextBirth(journal), health, time, new Random(),
            logs.CreateLogger<BrokerLink>(), verification);
        Outbox = new(options, storeId, journal, Broker, health, time, logs.CreateLogger<OutboxRelay>());
        states = new(options, storeId, journal, Broker, health, () => Outbox.Status, versions, time);
    }

    /// <summary>What renews the device's certificate; null where others do. Set before <see cref="Run"/>.</summary>
    public RenewalLoop? Renewal { get; set; }

    /// <summary>The topics of this store.</summary>
    public Topics Topics => topics;

    public BrokerLink Broker { get; }

    public OutboxRelay Outbox { get; }

    /// <summary>Says who takes which message; before <see cref="Run"/>.</summary>
    public void Listen(EnrolmentFiles enrolment, DecidingLoop deciding)
    {
        Outbox.Listen();
        Broker.Handle(topics.DesiredEnrolment, (message, _) =>
        {
            enrolment.Take(message.Payload);
            return ValueTask.CompletedTask;
        });
        Broker.Handle(topics.AnyContext, (message, _) =>
        {
            var context = Read(message, ContractsJson.Default.ContextMessage);
            deciding.Accept(For(message, topics.Context(context.VisitId), context));
            return ValueTask.CompletedTask;
        });
        Broker.Handle(topics.AnyNotice, (message, _) =>
        {
            var notice = Read(message, ContractsJson.Default.NoticeMessage);
            deciding.Accept(For(message, topics.Notice(notice.VisitId), notice));
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>Starts the loops.</summary>
    public void Run(Loops loops)
    {
        loops.Run("outbox", Outbox.RunAsync);
        loops.Run("state topics", states.RunAsync);
        loops.Run("broker link", Broker.RunAsync);
        if (Renewal is not null) loops.Run("certificate renewal", Renewal.RunAsync);
    }

    /// <summary>Null while the disk refuses: the link then waits, as it would for the broker.</summary>
    private static long? NextBirth(JournalStore journal)
    {
        try
        {
            return journal.NextCounter("birth").Value;
        }
        catch (JournalFault)
        {
            // The journal has raised its own warning.
            return null;
        }
    }

    /// <summary>What is said about one customer must not reach another by a mistake of whoever publishes: topic and message name the same visit, or nothing is taken.</summary>
    private static T For<T>(MqttMessage message, string topic, T read) =>
        message.Topic == topic ? read : throw new FormatException("its topic names another visit than the message does");

    private static T Read<T>(MqttMessage message, JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(message.Payload.Span, type) ?? throw new FormatException("null is no message");
}

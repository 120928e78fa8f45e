using StoreEdge.Contracts;

namespace StoreEdge.Tests.Contracts;

/// <summary>Every message of the contract: the name of its schema, its record, its topic, its channel in asyncapi.yaml, and who sends it.</summary>
internal static class ContractMessages
{
    private static readonly Topics Parameters = new("{storeId}");

    internal sealed record Message(string Name, Type Record, string Topic, bool Up, bool Retained);

    public static IReadOnlyList<Message> All { get; } =
    [
        new("arrival", typeof(ArrivalData), Parameters.Event(EventTypes.Arrival), true, false),
        new("zone", typeof(ZoneData), Parameters.Event(EventTypes.Zone), true, false),
        new("dwell", typeof(DwellData), Parameters.Event(EventTypes.Dwell), true, false),
        new("footfall", typeof(FootfallData), Parameters.Event(EventTypes.Footfall), true, false),
        new("departure", typeof(DepartureData), Parameters.Event(EventTypes.Departure), true, false),
        new("consent", typeof(ConsentData), Parameters.Event(EventTypes.Consent), true, false),
        new("choice", typeof(ChoiceData), Parameters.Event(EventTypes.Choice), true, false),
        new("screen-choice", typeof(ScreenChoiceData), Parameters.Event(EventTypes.ScreenChoice), true, false),
        new("screen-claim", typeof(ScreenClaimData), Parameters.Event(EventTypes.ScreenClaim), true, false),
        new("identified", typeof(IdentifiedData), Parameters.Event(EventTypes.Identified), true, false),
        new("help-requested", typeof(HelpRequestedData), Parameters.Event(EventTypes.HelpRequested), true, false),
        new("help-changed", typeof(HelpChangedData), Parameters.Event(EventTypes.HelpChanged), true, false),
        new("help-rated", typeof(HelpRatedData), Parameters.Event(EventTypes.HelpRated), true, false),
        new("question-asked", typeof(QuestionAskedData), Parameters.Event(EventTypes.QuestionAsked), true, false),
        new("notice-shown", typeof(NoticeShownData), Parameters.Event(EventTypes.NoticeShown), true, false),
        new("gift-marked", typeof(GiftMarkedData), Parameters.Event(EventTypes.GiftMarked), true, false),
        new("customer-erased", typeof(CustomerErasedData), Parameters.Event(EventTypes.CustomerErased), true, false),
        new("decision", typeof(DecisionData), Parameters.Event(EventTypes.Decision), true, false),
        new("rendered", typeof(RenderedData), Parameters.Event(EventTypes.Rendered), true, false),
        new("proof-of-play", typeof(ProofOfPlayData), Parameters.Event(EventTypes.ProofOfPlay), true, false),
        new("gap", typeof(GapData), Parameters.Event(EventTypes.Gap), true, false),
        new("unrecorded", typeof(UnrecordedData), Parameters.Event(EventTypes.Unrecorded), true, false),
        new("journal-renewed", typeof(JournalRenewedData), Parameters.Event(EventTypes.JournalRenewed), true, false),
        new("clock-synchronized", typeof(ClockSynchronizedData), Parameters.Event(EventTypes.ClockSynchronized), true, false),
        new("event-batch", typeof(EventEnvelope[]), Parameters.EventBatch, true, false),
        new("clock-state", typeof(ClockStateMessage), Parameters.ClockState, true, true),
        new("config-state", typeof(ConfigStateMessage), Parameters.ConfigState, true, true),
        new("response", typeof(ResponseMessage), Parameters.Response("{command}"), true, false),
        new("desired", typeof(DesiredMessage), Parameters.Desired("{document}"), false, true),
        new("cmd-ping", typeof(PingMessage), Parameters.Command("ping"), false, false),
        new("cmd-replay", typeof(ReplayMessage), Parameters.Command("replay"), false, false),
        new("cmd-drain", typeof(DrainMessage), Parameters.Command("drain"), false, false),
        new("cmd-refuse", typeof(RefuseMessage), Parameters.Command("refuse"), false, false),
        new("cmd-resend", typeof(ResendMessage), Parameters.Command("resend"), false, false),
        new("cmd-erase", typeof(EraseMessage), Parameters.Command("erase"), false, false),
        new("cmd-export", typeof(ExportMessage), Parameters.Command("export"), false, false),
        new("cmd-help", typeof(HelpMessage), Parameters.Command("help"), false, false),
        new("status", typeof(StatusMessage), Parameters.Status, true, true),
        new("outbox-state", typeof(OutboxStateMessage), Parameters.OutboxState, true, true),
        new("health-state", typeof(HealthStateMessage), Parameters.HealthState, true, true),
        new("version-state", typeof(VersionStateMessage), Parameters.VersionState, true, true),
        new("echo", typeof(EchoMessage), Parameters.Echo, true, false),
        new("certificate-request", typeof(CertificateRequestMessage), Parameters.CertificateRequest("{request}"), true, false),
        new("certificate-answer", typeof(CertificateAnswerMessage), Parameters.CertificateAnswer("{request}"), false, false),
        new("ack", typeof(AckMessage), Parameters.Ack, false, true),
        new("enrolment", typeof(EnrolmentMessage), Parameters.DesiredEnrolment, false, true),
        new("context", typeof(ContextMessage), Parameters.Context("{visitId}"), false, false),
        new("notice", typeof(NoticeMessage), Parameters.Notice("{visitId}"), false, false),
    ];

    public static IEnumerable<Message> Events => All.Where(m => typeof(IEventData).IsAssignableFrom(m.Record));

    /// <summary>Those that a record says whole; a batch is a list of envelopes.</summary>
    public static TheoryData<string> Names => [.. All.Where(m => !m.Record.IsArray).Select(m => m.Name)];

    public static Message Of(string name) => All.Single(m => m.Name == name);

    public static byte[] Example(string name) => File.ReadAllBytes(Path.Combine(ContractSchemas.Directory, "examples", name + ".json"));
}

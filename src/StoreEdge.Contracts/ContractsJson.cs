using System.Text.Json;
using System.Text.Json.Serialization;

namespace StoreEdge.Contracts;

/// <summary>
/// How every message of the contract is written: camelCase, null said as null, since a member without a default must be there when read; unknown members
/// refused only where the schema says so. A member added later comes last and with a default, so that what is already stored can still be read.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ArrivalData))]
[JsonSerializable(typeof(ZoneData))]
[JsonSerializable(typeof(DwellData))]
[JsonSerializable(typeof(DepartureData))]
[JsonSerializable(typeof(ConsentData))]
[JsonSerializable(typeof(ChoiceData))]
[JsonSerializable(typeof(ScreenChoiceData))]
[JsonSerializable(typeof(ScreenClaimData))]
[JsonSerializable(typeof(IdentifiedData))]
[JsonSerializable(typeof(HelpRequestedData))]
[JsonSerializable(typeof(HelpChangedData))]
[JsonSerializable(typeof(HelpRatedData))]
[JsonSerializable(typeof(QuestionAskedData))]
[JsonSerializable(typeof(NoticeShownData))]
[JsonSerializable(typeof(GiftMarkedData))]
[JsonSerializable(typeof(CustomerErasedData))]
[JsonSerializable(typeof(DecisionData))]
[JsonSerializable(typeof(RenderedData))]
[JsonSerializable(typeof(ProofOfPlayData))]
[JsonSerializable(typeof(FootfallData))]
[JsonSerializable(typeof(GapData))]
[JsonSerializable(typeof(UnrecordedData))]
[JsonSerializable(typeof(JournalRenewedData))]
[JsonSerializable(typeof(ClockSynchronizedData))]
[JsonSerializable(typeof(PingMessage))]
[JsonSerializable(typeof(ReplayMessage))]
[JsonSerializable(typeof(DrainMessage))]
[JsonSerializable(typeof(RefuseMessage))]
[JsonSerializable(typeof(ResendMessage))]
[JsonSerializable(typeof(EraseMessage))]
[JsonSerializable(typeof(ExportMessage))]
[JsonSerializable(typeof(HelpMessage))]
[JsonSerializable(typeof(ResponseMessage))]
[JsonSerializable(typeof(DesiredMessage))]
[JsonSerializable(typeof(ClockStateMessage))]
[JsonSerializable(typeof(ConfigStateMessage))]
[JsonSerializable(typeof(AckMessage))]
[JsonSerializable(typeof(ContextMessage))]
[JsonSerializable(typeof(NoticeMessage))]
[JsonSerializable(typeof(EnrolmentMessage))]
[JsonSerializable(typeof(StatusMessage))]
[JsonSerializable(typeof(OutboxStateMessage))]
[JsonSerializable(typeof(HealthStateMessage))]
[JsonSerializable(typeof(VersionStateMessage))]
[JsonSerializable(typeof(EchoMessage))]
[JsonSerializable(typeof(CertificateRequestMessage))]
[JsonSerializable(typeof(CertificateAnswerMessage))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class ContractsJson : JsonSerializerContext
{
    /// <summary>The JSON of an event's record.</summary>
    public static byte[] Write(IEventData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        // Where a room keeps more with a decision than it tells, that stays behind.
        return data is DecisionData decision ? JsonSerializer.SerializeToUtf8Bytes(decision, Default.DecisionData) : JsonSerializer.SerializeToUtf8Bytes(data, Default.GetTypeInfo(data.GetType())!);
    }

    /// <summary>The record of an event's JSON.</summary>
    /// <param name="type">One of <see cref="EventTypes"/>.</param>
    /// <param name="utf8">The envelope's <c>data</c>.</param>
    /// <exception cref="FormatException">The type is unknown, or the JSON does not fit it.</exception>
    public static IEventData Read(string type, ReadOnlySpan<byte> utf8)
    {
        try
        {
            IEventData? data = type switch
            {
                EventTypes.Arrival => JsonSerializer.Deserialize(utf8, Default.ArrivalData),
                EventTypes.Zone => JsonSerializer.Deserialize(utf8, Default.ZoneData),
                EventTypes.Dwell => JsonSerializer.Deserialize(utf8, Default.DwellData),
                EventTypes.Departure => JsonSerializer.Deserialize(utf8, Default.DepartureData),
                EventTypes.Consent => JsonSerializer.Deserialize(utf8, Default.ConsentData),
                EventTypes.Choice => JsonSerializer.Deserialize(utf8, Default.ChoiceData),
                EventTypes.ScreenChoice => JsonSerializer.Deserialize(utf8, Default.ScreenChoiceData),
                EventTypes.ScreenClaim => JsonSerializer.Deserialize(utf8, Default.ScreenClaimData),
                EventTypes.Identified => JsonSerializer.Deserialize(utf8, Default.IdentifiedData),
                EventTypes.HelpRequested => JsonSerializer.Deserialize(utf8, Default.HelpRequestedData),
                EventTypes.HelpChanged => JsonSerializer.Deserialize(utf8, Default.HelpChangedData),
                EventTypes.HelpRated => JsonSerializer.Deserialize(utf8, Default.HelpRatedData),
                EventTypes.QuestionAsked => JsonSerializer.Deserialize(utf8, Default.QuestionAskedData),
                EventTypes.NoticeShown => JsonSerializer.Deserialize(utf8, Default.NoticeShownData),
                EventTypes.GiftMarked => JsonSerializer.Deserialize(utf8, Default.GiftMarkedData),
                EventTypes.CustomerErased => JsonSerializer.Deserialize(utf8, Default.CustomerErasedData),
                EventTypes.Decision => JsonSerializer.Deserialize(utf8, Default.DecisionData),
                EventTypes.Rendered => JsonSerializer.Deserialize(utf8, Default.RenderedData),
                EventTypes.ProofOfPlay => JsonSerializer.Deserialize(utf8, Default.ProofOfPlayData),
                EventTypes.Footfall => JsonSerializer.Deserialize(utf8, Default.FootfallData),
                EventTypes.Gap => JsonSerializer.Deserialize(utf8, Default.GapData),
                EventTypes.Unrecorded => JsonSerializer.Deserialize(utf8, Default.UnrecordedData),
                EventTypes.JournalRenewed => JsonSerializer.Deserialize(utf8, Default.JournalRenewedData),
                EventTypes.ClockSynchronized => JsonSerializer.Deserialize(utf8, Default.ClockSynchronizedData),
                _ => throw new FormatException($"there is no event type '{type}'; known are {string.Join(", ", EventTypes.All)}"),
            };
            return data ?? throw new FormatException($"the data of '{type}' is null");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"the data of '{type}' does not fit: {fault.Message}", fault);
        }
    }
}

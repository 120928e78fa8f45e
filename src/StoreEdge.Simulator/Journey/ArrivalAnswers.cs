using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Journey;

/// <summary>What central sends because somebody arrived: what is known about a known customer, and a service notice to some.</summary>
internal sealed class ArrivalAnswers(Service service, IReadOnlyDictionary<string, string> customers, ulong seed, TimeProvider time)
{
    /// <summary>An arrival older than this comes from a backlog; its customer has long seen the displays.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(60);

    /// <summary>By pseudonym, which customer it is; central holds the tenant's key too.</summary>
    public static IReadOnlyDictionary<string, string> Known(PseudonymKey key, IEnumerable<string> customers) => customers.ToDictionary(c => key.OfCustomer(c).Value, c => c);

    public IEnumerable<MqttMessage> To(ReceivedEvent received)
    {
        if (received.Data is not ArrivalData arrival || time.GetUtcNow() - received.Envelope.Time > Stale) yield break;
        if (arrival.Test || !customers.TryGetValue(arrival.Subject, out var customer)) yield break;
        var topics = new Topics(received.Envelope.StoreId);
        var chance = Xoshiro.For(seed, "answer/" + customer);
        var (now, known, told) = (time.GetUtcNow(), chance.Percent(service.ContextPercent), chance.Percent(service.NoticePercent));
        if (known)
        {
            var context = new ContextMessage(arrival.VisitId, Attributes(chance, now));
            yield return new(topics.Context(arrival.VisitId), JsonSerializer.SerializeToUtf8Bytes(context, ContractsJson.Default.ContextMessage))
            { Expiry = TimeSpan.FromMinutes(5), ContentType = "application/json" };
        }

        if (told)
        {
            var text = new Dictionary<string, string>
            {
                ["pt-BR"] = "O seu pedido está pronto no balcão.",
                ["en"] = "Your order is ready at the counter.",
                ["es"] = "Su pedido está listo en el mostrador.",
            };
            var notice = new NoticeMessage($"notice-{arrival.VisitId}", arrival.VisitId, "order-ready", text, now.AddMinutes(10));
            yield return new(topics.Notice(arrival.VisitId), JsonSerializer.SerializeToUtf8Bytes(notice, ContractsJson.Default.NoticeMessage))
            { Expiry = TimeSpan.FromMinutes(10), ContentType = "application/json" };
        }
    }

    private Dictionary<string, ContextAttribute> Attributes(Xoshiro chance, DateTimeOffset now)
    {
        var lifecycle = chance.Weighted([("customer", 7.0), ("exCustomer", 1), ("knownProspect", 1), ("newProspect", 1)]);
        var interest = chance.Weighted([("running", 1.0), ("camping", 1), ("rain", 1)]);
        return new()
        {
            ["lifecycle"] = new(Json($"\"{lifecycle}\""), now.AddHours(-1), 86_400, "loyalty"),
            ["commercialHold"] = new(Json(chance.Percent(service.HoldPercent) ? "true" : "false"), now, 3600, "service"),
            ["interest"] = new(Json($"[\"{interest}\"]"), now.AddDays(-2), 30 * 86_400, "marketing"),
        };
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

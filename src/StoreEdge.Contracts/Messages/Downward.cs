using System.Text.Json;
using System.Text.Json.Serialization;

namespace StoreEdge.Contracts;

/// <summary>Central holds every event of this epoch up to and including <paramref name="Seq"/>.</summary>
/// <param name="Epoch">The database the numbers belong to.</param>
/// <param name="Seq">0 where nothing is held yet.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AckMessage(Guid Epoch, long Seq);

/// <summary>What central knows about the customer of a visit, as far as this store may use it.</summary>
/// <param name="VisitId">The visit it is for; other visits must not use it.</param>
/// <param name="Attributes">By name; unknown names are refused.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ContextMessage(string VisitId, IReadOnlyDictionary<string, ContextAttribute> Attributes);

/// <summary>One attribute with its purpose and shelf life; past it the value counts as unknown.</summary>
/// <param name="Value">A string, a number or a Boolean, as the attribute's name demands.</param>
/// <param name="AsOf">When it was true.</param>
/// <param name="MaxAgeSeconds">How long it may be used after that, 1 s–90 days.</param>
/// <param name="Purpose"><c>service</c>, <c>loyalty</c> or <c>marketing</c>: the consent under which it may be used.</param>
/// <param name="Definition">Of the lifecycle: by which definition; null where it does not matter, and for everything else.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ContextAttribute(
    JsonElement Value, DateTimeOffset AsOf, long MaxAgeSeconds, string Purpose, string? Definition = null);

/// <summary>Something the customer of a present visit should learn before any offer: an order that is late, one that is ready.</summary>
/// <param name="NoticeId">Unique; the same notice sent twice is shown once.</param>
/// <param name="VisitId">The visit it is for.</param>
/// <param name="Kind"><c>order-late</c>, <c>order-ready</c> or <c>queue</c>. A shared screen says no more than that there is something on the phone of who waits for an order or a turn.</param>
/// <param name="Text">The sentence, by BCP 47 tag; for the customer's own phone.</param>
/// <param name="ValidUntil">Not shown after that.</param>
/// <param name="Remedy">What the shop does about it, by BCP 47 tag; for the customer's own phone. An order that is late should have one.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NoticeMessage(
    string NoticeId, string VisitId, string Kind, IReadOnlyDictionary<string, string> Text, DateTimeOffset ValidUntil, IReadOnlyDictionary<string, string>? Remedy = null);

/// <summary>The registry of known beacons: whole, never a difference.</summary>
/// <param name="Version">The registry's own version, from 1; a registry that is not newer than the one in force changes nothing.</param>
/// <param name="Entries">One per customer, member of staff or fixed beacon.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EnrolmentMessage(long Version, IReadOnlyList<EnrolmentEntry> Entries);

/// <summary>One customer, member of staff or fixed beacon.</summary>
/// <param name="Customer">The tenant's own reference; only its pseudonym is kept.</param>
/// <param name="Role"><c>customer</c>, <c>staff</c> (never a visitor) or <c>fixed</c> (a beacon that belongs to the store).</param>
/// <param name="Beacons">Such as <c>ibeacon:UUID/major/minor</c>, at most 16.</param>
/// <param name="Household">Who shares one: caps count them together.</param>
/// <param name="LoyaltyNumber">What they may type on the portal to be recognised.</param>
/// <param name="Eid">Their beacons that send Eddystone-EID, at most 16; empty or absent where they have none.</param>
/// <param name="Irk">The identity resolving keys of their phones and watches: 32 hexadecimal digits, the most significant byte first; at most 16.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EnrolmentEntry(
    string Customer, string Role, IReadOnlyList<string> Beacons, string? Household = null, string? LoyaltyNumber = null, IReadOnlyList<EnrolledEid>? Eid = null,
    IReadOnlyList<string>? Irk = null);

/// <summary>A beacon that sends Eddystone-EID, as it was registered.</summary>
/// <param name="IdentityKey">Its 16-byte identity key: 32 hexadecimal digits.</param>
/// <param name="RotationExponent">K, 0–15: a new id every 2^K seconds.</param>
/// <param name="RegisteredAt">When its clock was read.</param>
/// <param name="ClockAtRegistration">What its own counter of seconds showed then, 0–4294967295.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EnrolledEid(string IdentityKey, int RotationExponent, DateTimeOffset RegisteredAt, long ClockAtRegistration = 0);

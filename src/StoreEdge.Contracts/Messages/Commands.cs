using System.Text.Json;
using System.Text.Json.Serialization;

namespace StoreEdge.Contracts;

/// <summary>What central asks of a store on <c>cmd/{name}</c>. It is carried out once, however often it comes.</summary>
public interface ICommandMessage
{
    /// <summary>Unique, 1–64 characters.</summary>
    string Id { get; }

    /// <summary>Not carried out after that; null: never expires.</summary>
    DateTimeOffset? ExpiresAt { get; }
}

/// <summary>Answer, to show that commands come through.</summary>
/// <param name="Id">Unique, 1–64 characters; the same id again is answered again, not carried out again.</param>
/// <param name="ExpiresAt">Not carried out after that; null: never expires.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PingMessage(string Id, DateTimeOffset? ExpiresAt = null) : ICommandMessage;

/// <summary>Send these events again, as a backlog; those that are not held any more are named in the answer.</summary>
/// <param name="Id">Unique, 1–64 characters; the same id again is answered again, not carried out again.</param>
/// <param name="Epoch">The journal the numbers belong to.</param>
/// <param name="From">The first.</param>
/// <param name="To">The last; at most 1,000,000 after the first.</param>
/// <param name="ExpiresAt">Not carried out after that; null: never expires.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReplayMessage(string Id, Guid Epoch, long From, long To, DateTimeOffset? ExpiresAt = null) : ICommandMessage;

/// <summary>How fast the store may send its backlog from now on; kept over restarts.</summary>
/// <param name="Id">Unique, 1–64 characters; the same id again is answered again, not carried out again.</param>
/// <param name="EventsPerSecond">1–1,000,000; 0 goes back to the store's own configuration.</param>
/// <param name="ExpiresAt">Not carried out after that; null: never expires.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DrainMessage(string Id, int EventsPerSecond, DateTimeOffset? ExpiresAt = null) : ICommandMessage;

/// <summary>Central cannot take this event: the store keeps it as a dead letter and declares the number as a gap.</summary>
/// <param name="Id">Unique, 1–64 characters; the same id again is answered again, not carried out again.</param>
/// <param name="Epoch">The journal the numbers belong to.</param>
/// <param name="Seq">The event.</param>
/// <param name="Reason">Why, in English, without personal data; 1–500 characters.</param>
/// <param name="ExpiresAt">Not carried out after that; null: never expires.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RefuseMessage(string Id, Guid Epoch, long Seq, string Reason, DateTimeOffset? ExpiresAt = null) : ICommandMessage;

/// <summary>Send dead letters again: those of the run, or all.</summary>
/// <param name="Id">Unique, 1–64 characters; the same id again is answered again, not carried out again.</param>
/// <param name="ExpiresAt">Not carried out after that; null: never expires.</param>
/// <param name="Epoch">Null: of any journal.</param>
/// <param name="From">The first; null: from the oldest.</param>
/// <param name="To">The last; null: to the newest.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ResendMessage(string Id, DateTimeOffset? ExpiresAt = null, Guid? Epoch = null, long? From = null, long? To = null) : ICommandMessage;

/// <summary>Forget a customer: what they said, what they were shown, their visits and the events that name them. It never expires.</summary>
/// <param name="Id">Unique, 1–64 characters; the same id again is answered again, not carried out again.</param>
/// <param name="Subjects">Every pseudonym of the customer, one for each generation of the key; 1–16.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EraseMessage(string Id, IReadOnlyList<string> Subjects) : ICommandMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public DateTimeOffset? ExpiresAt => null;
}

/// <summary>Everything this store holds about a customer, in the answer's data.</summary>
/// <param name="Id">Unique, 1–64 characters; the same id again is answered again, not carried out again.</param>
/// <param name="Subjects">Every pseudonym of the customer, one for each generation of the key; 1–16.</param>
/// <param name="ExpiresAt">Not carried out after that; null: never expires.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ExportMessage(string Id, IReadOnlyList<string> Subjects, DateTimeOffset? ExpiresAt = null) : ICommandMessage;

/// <summary>Somebody has taken up a customer's request for help, or has solved it: the customer sees it on their page.</summary>
/// <param name="Id">Unique, 1–64 characters; the same id again is answered again, not carried out again.</param>
/// <param name="RequestId">Of the help-requested.</param>
/// <param name="State"><c>on-the-way</c> or <c>solved</c>.</param>
/// <param name="ExpiresAt">Not carried out after that; null: never expires.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HelpMessage(string Id, string RequestId, string State, DateTimeOffset? ExpiresAt = null) : ICommandMessage;

/// <summary>What became of a command.</summary>
/// <param name="Id">The command's.</param>
/// <param name="Command">The command's name.</param>
/// <param name="Result"><c>done</c>, <c>refused</c>, <c>expired</c> or <c>failed</c>.</param>
/// <param name="Text">Why, or what was done, in English.</param>
/// <param name="Data">What the command asked for; null where it asked for nothing.</param>
public sealed record ResponseMessage(string Id, string Command, string Result, string? Text, IReadOnlyDictionary<string, JsonElement>? Data);

/// <summary>A signed document for this store: the signature is a detached JWS (RFC 7515 appendix F, ES256) over exactly the bytes of the document's text.</summary>
/// <param name="Document">The document's own text, exactly as it was signed.</param>
/// <param name="Signature"><c>{protected header}..{signature}</c>; the header names <c>kind</c>, <c>store</c> and <c>version</c>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DesiredMessage(string Document, string Signature);

using StoreEdge.Contracts;

namespace StoreEdge.Agent.Outbox;

/// <summary>What became of a request to tell events again.</summary>
/// <param name="Events">How many of them are held and will be sent with the backlog, at its pace.</param>
/// <param name="Missing">Numbers of which no event is held: deleted after central's acknowledgement, given up, never given; ascending and apart.</param>
internal sealed record ReplayAnswer(long Events, IReadOnlyList<SeqRange> Missing);

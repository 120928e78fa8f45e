namespace StoreEdge.Agent.Outbox;

/// <summary>The outbox at one moment, for the technician's page.</summary>
/// <param name="SentSeq">The newest event handed to the broker.</param>
/// <param name="BrokerSeq">Every event up to this one was taken by the broker (PUBACK) at least once.</param>
/// <param name="AcknowledgedSeq">Central's own acknowledgement.</param>
/// <param name="Published">Events that the broker took since the start, repeats included.</param>
/// <param name="Refused">Refusals by the broker since the start.</param>
/// <param name="Resends">Times that events were sent again for want of central's acknowledgement.</param>
/// <param name="LastAckAt">When central last acknowledged something new; null when it has not since the start.</param>
/// <param name="DeadLetters">Events that were refused for good and are kept until they are sent again.</param>
/// <param name="BacklogPerSecond">How fast the backlog may be sent, events a second.</param>
internal sealed record OutboxStatus(
    long SentSeq, long BrokerSeq, long AcknowledgedSeq, long Published, long Refused, long Resends, DateTimeOffset? LastAckAt, long DeadLetters, int BacklogPerSecond);

namespace StoreEdge.Contracts;

/// <summary>What the store's own check (<c>storeedge doctor</c>) says to itself.</summary>
/// <param name="Nonce">32 hexadecimal digits, another for each check, so that an older one is not taken for it.</param>
public sealed record EchoMessage(string Nonce);

/// <summary>Birth or last will of the link. The will carries the birth's number, so a late will of an older connection is recognised.</summary>
/// <param name="State"><c>online</c> or <c>offline</c>.</param>
/// <param name="Birth">Counts the connections of this store, from 1, never reset within an epoch.</param>
/// <param name="Epoch">The journal's epoch.</param>
/// <param name="BootId">The kernel's boot id.</param>
/// <param name="Version">The program's version.</param>
public sealed record StatusMessage(string State, long Birth, Guid Epoch, string BootId, string Version);

/// <summary>How much central has not acknowledged yet.</summary>
/// <param name="Epoch">The journal's epoch.</param>
/// <param name="LastSeq">The newest event.</param>
/// <param name="AcknowledgedSeq">The last that central holds.</param>
/// <param name="OldestPendingSeconds">Age of the oldest event not acknowledged; 0 where there is none.</param>
/// <param name="DeadLetters">Events that were refused on the way and are kept until they are sent again.</param>
/// <param name="BacklogPerSecond">How fast the backlog may be sent, events a second; 0 where that was never said.</param>
public sealed record OutboxStateMessage(Guid Epoch, long LastSeq, long AcknowledgedSeq, double OldestPendingSeconds, long DeadLetters = 0, long BacklogPerSecond = 0);

/// <summary>How far the store's times are to be trusted.</summary>
/// <param name="Quality"><c>synchronized</c> or <c>unsynchronized</c>.</param>
/// <param name="BootId">The kernel's boot id.</param>
/// <param name="SynchronizedAt">When the clock was last set in this boot; null where it has not been.</param>
/// <param name="LastOffsetSeconds">By how much, then; null as above.</param>
public sealed record ClockStateMessage(string Quality, string BootId, DateTimeOffset? SynchronizedAt, double? LastOffsetSeconds);

/// <summary>What became of the desired documents.</summary>
/// <param name="ProgramVersion">The program that says so.</param>
/// <param name="Documents">One for each kind that ever came.</param>
public sealed record ConfigStateMessage(string ProgramVersion, IReadOnlyList<DesiredDocumentState> Documents);

/// <summary>What became of one kind of desired document.</summary>
/// <param name="Document"><c>config</c>, <c>bundle</c> or <c>displays</c>.</param>
/// <param name="Version">The last that came; 0 where none could be read.</param>
/// <param name="State"><c>applied</c>, <c>trial</c>, <c>refused</c> or <c>reverted</c>.</param>
/// <param name="InForceVersion">The version in force; 0 where none is.</param>
/// <param name="Reason">Why it was refused or taken back; null otherwise.</param>
public sealed record DesiredDocumentState(string Document, long Version, string State, long InForceVersion, string? Reason);

/// <summary>The health warnings in force.</summary>
/// <param name="Verdict"><c>ok</c>, <c>degraded</c> or <c>failed</c>.</param>
/// <param name="Warnings">Each with what to do next.</param>
public sealed record HealthStateMessage(string Verdict, IReadOnlyList<HealthWarningMessage> Warnings);

/// <summary>One warning.</summary>
/// <param name="Code">Stable, such as <c>broker-unreachable</c>; where one of several is meant, its name follows a colon, as in <c>receiver-silent:door</c>.</param>
/// <param name="Severity"><c>warning</c> or <c>fault</c>.</param>
/// <param name="Text">What is wrong, with the evidence; no personal data.</param>
/// <param name="NextAction">What to do.</param>
/// <param name="Since">When it was first seen.</param>
public sealed record HealthWarningMessage(string Code, string Severity, string Text, string NextAction, DateTimeOffset Since);

/// <summary>Which versions run.</summary>
/// <param name="Program">The agent.</param>
/// <param name="Bundle">The bundle's own version.</param>
/// <param name="BundleHash">SHA-256 of the bundle, lower-case hex.</param>
/// <param name="EnrolmentVersion">The registry's own version.</param>
public sealed record VersionStateMessage(string Program, string Bundle, string BundleHash, long EnrolmentVersion);

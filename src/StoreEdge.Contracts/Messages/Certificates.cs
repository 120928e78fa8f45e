using System.Text.Json.Serialization;

namespace StoreEdge.Contracts;

/// <summary>A device asks for its certificate: its first, by a claim, or the successor of the one in force.</summary>
/// <param name="Id">Random, 32 hexadecimal digits; the topic's last level, and another for each request.</param>
/// <param name="Claim">The public id of a claim; null where a successor is asked for.</param>
/// <param name="Request">PKCS#10, PEM.</param>
/// <param name="Certificate">The certificate in force, PEM, whose key proves the request; null with a claim.</param>
/// <param name="Proof">base64url, over all members and the store of the topic: HMAC-SHA-256 under the claim's secret, or ECDSA with the key in force.</param>
public sealed record CertificateRequestMessage(string Id, string? Claim, string Request, string? Certificate, string Proof);

/// <summary>What became of a request for a certificate.</summary>
/// <param name="Id">The request's.</param>
/// <param name="Result"><c>issued</c> or <c>refused</c>.</param>
/// <param name="Reason">Why it was refused: one of <see cref="CertificateRefusals"/>; null where it was issued.</param>
/// <param name="Text">The same for a person, in English; null where there is nothing to say.</param>
/// <param name="Certificate">The device's certificate, intermediate ones after it, PEM; null where it was refused.</param>
/// <param name="Proof">base64url, HMAC-SHA-256 under the claim's secret over all members, the store of the topic, and what was asked; null where there is no such claim, and for a successor.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CertificateAnswerMessage(string Id, string Result, string? Reason, string? Text, string? Certificate, string? Proof);

/// <summary>Why a certificate is not issued.</summary>
public static class CertificateRefusals
{
    /// <summary>Nobody issued such a claim. Said without proof: there is nothing to prove it with.</summary>
    public const string Unknown = "unknown";

    /// <summary>The proof is not by the claim's secret, or not by the key in force.</summary>
    public const string NotProven = "not-proven";

    /// <summary>The claim, or the certificate in force, is over.</summary>
    public const string Expired = "expired";

    /// <summary>Another device, with another key, has used the claim.</summary>
    public const string Used = "used";

    /// <summary>This very request was answered before.</summary>
    public const string Replayed = "replayed";

    /// <summary>The claim, or the certificate in force, is another store's.</summary>
    public const string OtherStore = "other-store";

    /// <summary>The request cannot be read, or asks for what is not given.</summary>
    public const string BadRequest = "bad-request";

    /// <summary>The certificate in force is of another authority, or was taken back.</summary>
    public const string NotTrusted = "not-trusted";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Unknown, NotProven, Expired, Used, Replayed, OtherStore, BadRequest, NotTrusted];
}

using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace StoreEdge.Core.Signing;

/// <summary>What the protected header of a signed document says: the signature covers it, so a document cannot be passed off as another's, or as another kind's.</summary>
/// <param name="Kind">Such as <c>config</c>.</param>
/// <param name="Store">The store's id, or <see cref="EveryStore"/>.</param>
/// <param name="Version">1–2^53−1; only ever rises within a kind.</param>
/// <param name="KeyId">Which key signed, as <see cref="VerificationKeys.Ids"/> names it; null where it does not say.</param>
public sealed record SignedHeader(string Kind, string Store, long Version, string? KeyId)
{
    /// <summary>The algorithm, the only one: ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4).</summary>
    public const string Algorithm = "ES256";

    /// <summary>Stands for every store.</summary>
    public const string EveryStore = "*";

    /// <summary>The largest integer that every JSON reader keeps exactly (RFC 8259 section 6).</summary>
    public const long MostVersion = 9_007_199_254_740_991;

    /// <summary>The header as JSON.</summary>
    internal byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("alg", Algorithm);
            json.WriteString("kind", Kind);
            json.WriteString("store", Store);
            json.WriteNumber("version", Version);
            if (KeyId is not null) json.WriteString("kid", KeyId);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a header that says these members and no other, each once: what is not understood must not be ignored (RFC 7515 section 4.1.11 calls such members critical).</summary>
    /// <param name="utf8">The decoded first part of the signature.</param>
    /// <param name="header">What it says.</param>
    /// <param name="why">What is wrong with it.</param>
    internal static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out SignedHeader? header, out string why)
    {
        header = null;
        why = "the protected header is no JSON object";
        string? algorithm = null, kind = null, store = null, key = null;
        long? version = null;
        try
        {
            var reader = new Utf8JsonReader(utf8);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (name == "version" ? version is not null : (name switch { "alg" => algorithm, "kind" => kind, "store" => store, "kid" => key, _ => null }) is not null)
                {
                    why = $"the protected header says '{name}' twice";
                    return false;
                }

                if (name == "version")
                {
                    // As written: 1.0 and 1e0 are the same number, and another text.
                    if (reader.TokenType == JsonTokenType.Number && Utf8Parser.TryParse(reader.ValueSpan, out long number, out var used) && used == reader.ValueSpan.Length
                        && number is >= 1 and <= MostVersion) version = number;
                    else why = "'version' must be a whole number from 1 to 9007199254740991";
                    if (version is null) return false;
                    continue;
                }

                if (name is not ("alg" or "kind" or "store" or "kid"))
                {
                    why = $"the protected header says '{Shortened(name)}', which is not known here";
                    return false;
                }

                if (reader.TokenType != JsonTokenType.String)
                {
                    why = $"'{name}' of the protected header must be text";
                    return false;
                }

                var text = reader.GetString()!;
                if (name == "alg") algorithm = text;
                else if (name == "kind") kind = text;
                else if (name == "store") store = text;
                else key = text;
            }

            if (reader.TokenType != JsonTokenType.EndObject || reader.Read()) return false;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is not UTF-8.
            return false;
        }

        if (algorithm != Algorithm)
        {
            why = algorithm is null ? "the protected header names no algorithm" : $"the algorithm is '{Shortened(algorithm)}'; only {Algorithm} is taken";
            return false;
        }

        if (kind is null || store is null || version is null)
        {
            why = $"the protected header does not say '{(kind is null ? "kind" : store is null ? "store" : "version")}'";
            return false;
        }

        header = new(kind, store, version.Value, key);
        why = "";
        return true;
    }

    internal static string Shortened(string text) => text.Length <= 40 ? text : text[..39] + "…";

    /// <summary>Base64url without padding (RFC 7515 section 2), and nothing that merely decodes to the same bytes.</summary>
    internal static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.IsEmpty || text.ContainsAnyExcept(Alphabet)) return false;
        var buffer = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, buffer, out _, out var written) != OperationStatus.Done) return false;
        // The last character may carry bits that no byte takes: other characters there would decode alike.
        if (!Base64Url.EncodeToString(buffer.AsSpan(0, written)).AsSpan().SequenceEqual(text)) return false;
        bytes = buffer[..written];
        return true;
    }

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}

using System.Text;

namespace StoreEdge.Core.Sightings;

/// <summary>The URL compression of google/eddystone <c>eddystone-url/README.md</c>: one scheme byte, then text in which bytes 00–0D stand for common endings.</summary>
internal static class EddystoneUrl
{
    /// <summary>The longest encoded URL after the scheme byte, from the same document.</summary>
    internal const int MaximumEncodedLength = 17;

    private static readonly string[] Schemes = ["http://www.", "https://www.", "http://", "https://"];

    private static readonly string[] Expansions =
        [".com/", ".org/", ".edu/", ".net/", ".info/", ".biz/", ".gov/", ".com", ".org", ".edu", ".net", ".info", ".biz", ".gov"];

    /// <summary>Finds what the encoding does not allow; offsets count from the scheme byte.</summary>
    internal static DecodeFault Check(ReadOnlySpan<byte> encoded)
    {
        if (encoded[0] >= Schemes.Length) return new(DecodeFaultKind.UrlScheme, 0, encoded[0]);
        for (var i = 1; i < encoded.Length; i++)
            if (encoded[i] >= Expansions.Length && encoded[i] is <= 0x20 or >= 0x7F)
                return new(DecodeFaultKind.UrlCharacter, i, encoded[i]);
        return default;
    }

    /// <summary>Expands what <see cref="Check"/> has passed.</summary>
    internal static string Expand(ReadOnlySpan<byte> encoded)
    {
        var url = new StringBuilder(Schemes[encoded[0]]);
        foreach (var b in encoded[1..])
        {
            if (b < Expansions.Length) url.Append(Expansions[b]);
            else url.Append((char)b);
        }

        return url.ToString();
    }
}

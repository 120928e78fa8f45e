using System.Buffers;
using System.Text;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// The fields of a POST, read strictly: <c>application/x-www-form-urlencoded</c> in UTF-8, small, each field once, no control characters. Browsers send
/// nothing else from our pages, so anything else is refused before it is understood.
/// </summary>
internal sealed class PortalForm
{
    /// <summary>Our largest form is below 1 kB; a loyalty number cannot make it this large.</summary>
    public const int MaxBytes = 8192;

    /// <summary>Our forms have at most six fields.</summary>
    public const int MaxFields = 16;

    /// <summary>The longest of any field: a loyalty number, an e-mail address (254 by RFC 5321), a token.</summary>
    public const int MaxFieldLength = 320;

    private static readonly FormLimits Phone = new(MaxBytes, MaxFieldLength, AllowsLines: false);
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, string> fields;

    private PortalForm(Dictionary<string, string> fields) => this.fields = fields;

    /// <summary>A field's value; empty where it was not sent.</summary>
    public string this[string name] => fields.GetValueOrDefault(name, "");

    /// <summary>Whether a box was ticked.</summary>
    public bool Ticked(string name) => fields.GetValueOrDefault(name) == "on";

    /// <summary>Reads the body.</summary>
    /// <returns>The form, or why there is none.</returns>
    public static Task<(PortalForm? Form, Refusal Refusal)> ReadAsync(HttpRequest request, CancellationToken stop) => ReadAsync(request, Phone, stop);

    /// <summary>Reads the body of another form than the phone's.</summary>
    /// <returns>As above.</returns>
    public static async Task<(PortalForm? Form, Refusal Refusal)> ReadAsync(HttpRequest request, FormLimits limits, CancellationToken stop)
    {
        if (!IsOurType(request)) return (null, Refusal.UnsupportedForm);
        var most = limits.Bytes;
        if (request.ContentLength > most) return (null, Refusal.TooLarge);
        var body = ArrayPool<byte>.Shared.Rent(most + 1);
        try
        {
            var length = await request.Body.ReadAtLeastAsync(body.AsMemory(0, most + 1), most + 1, throwOnEndOfStream: false, stop);
            if (length > most) return (null, Refusal.TooLarge);
            return Parse(body.AsSpan(0, length), limits) is { } fields ? (new PortalForm(fields), default) : (null, Refusal.Malformed);
        }
        catch (BadHttpRequestException fault)
        {
            return (null, fault.StatusCode == StatusCodes.Status413PayloadTooLarge ? Refusal.TooLarge : Refusal.Malformed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body, clearArray: true);
        }
    }

    /// <summary>The fields of an urlencoded body, or null where it is not a clean one.</summary>
    internal static Dictionary<string, string>? Parse(ReadOnlySpan<byte> body) => Parse(body, Phone);

    private static Dictionary<string, string>? Parse(ReadOnlySpan<byte> body, FormLimits limits)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (body.IsEmpty) return fields;
        foreach (var range in body.Split((byte)'&'))
        {
            var pair = body[range];
            var equals = pair.IndexOf((byte)'=');
            if (equals <= 0 || fields.Count == MaxFields) return null;
            if (Decode(pair[..equals], Phone) is not { } name || Decode(pair[(equals + 1)..], limits) is not { } value || !fields.TryAdd(name, value)) return null;
        }

        return fields;
    }

    private static string? Decode(ReadOnlySpan<byte> encoded, FormLimits limits)
    {
        if (encoded.Length > limits.FieldLength * 3) return null;
        Span<byte> plain = encoded.Length <= MaxFieldLength * 3 ? stackalloc byte[encoded.Length] : new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var b = encoded[i];
            if (b == '%')
            {
                if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit((char)encoded[i + 1]) || !char.IsAsciiHexDigit((char)encoded[i + 2])) return null;
                b = (byte)(Convert.FromHexString([(char)encoded[i + 1], (char)encoded[i + 2]])[0]);
                i += 2;
            }
            else if (b == '+')
            {
                b = (byte)' ';
            }

            if ((b < 0x20 && !(limits.AllowsLines && b is (byte)'\n' or (byte)'\r' or (byte)'\t')) || b == 0x7F) return null;
            plain[length++] = b;
        }

        try
        {
            var text = Strict.GetString(plain[..length]);
            return text.Length <= limits.FieldLength ? text : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsOurType(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0) return false;
        if (!Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) return false;
        return type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>How large a form may be.</summary>
/// <param name="Bytes">All of it, as it is sent.</param>
/// <param name="FieldLength">Characters of one field.</param>
/// <param name="AllowsLines">Whether a field may have several lines.</param>
internal sealed record FormLimits(int Bytes, int FieldLength, bool AllowsLines);

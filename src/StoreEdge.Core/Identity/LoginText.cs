using System.Globalization;

namespace StoreEdge.Core.Identity;

/// <summary>What a customer types to be recognised, in the one form in which it is compared: people write the same number in many ways.</summary>
public static class LoginText
{
    /// <summary>
    /// An e-mail address in lower case. A telephone or card number as its digits, with whatever stands between them left out; a number without its country's code is another number than with it.
    /// Anything else in lower case without spaces, dashes and dots. Empty where nothing is left.
    /// </summary>
    public static string Normalised(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        // Keyboards of other scripts have digits of their own.
        var text = string.Concat(typed.Select(c => CharUnicodeInfo.GetDecimalDigitValue(c) is >= 0 and var digit ? (char)('0' + digit) : c));
        if (text.Contains('@', StringComparison.Ordinal)) return text.Trim().ToLowerInvariant();
        var isNumber = text.All(c => char.IsAsciiDigit(c) || IsBetween(c) || c is '+' or '(' or ')' or '/');
        return string.Concat(text.Where(c => isNumber ? char.IsAsciiDigit(c) : !IsBetween(c))).ToLowerInvariant();
    }

    private static bool IsBetween(char c) => char.IsWhiteSpace(c) || c is '-' or '.' || char.GetUnicodeCategory(c) is UnicodeCategory.DashPunctuation;
}

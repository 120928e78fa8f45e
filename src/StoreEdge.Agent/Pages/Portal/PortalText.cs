using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Every word of the portal in one language. <c>{0}</c> stands for the shop's name unless said otherwise.</summary>
internal sealed partial record PortalText
{
    /// <summary>BCP 47 tag.</summary>
    public required string Tag { get; init; }

    /// <summary>The language's name for itself.</summary>
    public required string OwnName { get; init; }

    public required string SwitchLabel { get; init; }
    public required string SkipToContent { get; init; }
    public required string Welcome { get; init; }
    public required string AskedTitle { get; init; }
    public required string GetLabel { get; init; }
    public required string GetText { get; init; }
    public required string AskLabel { get; init; }
    public required string AskText { get; init; }
    public required string OptionalLabel { get; init; }
    public required string OptionalText { get; init; }
    public required string ChoicesLegend { get; init; }
    public required string LoyaltyLabel { get; init; }
    public required string LoyaltyHint { get; init; }

    /// <summary>Shown where the tenant's app has said who this is.</summary>
    public required string LinkHint { get; init; }
    public required string NumberLabel { get; init; }
    public required string NumberHint { get; init; }
    public required string MarketingLabel { get; init; }
    public required string MarketingHint { get; init; }
    public required string Accept { get; init; }
    public required string AcceptMeans { get; init; }
    public required string TermsTitle { get; init; }
    public required IReadOnlyList<string> Terms { get; init; }
    public required string DataTitle { get; init; }
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary><c>{0}</c> is the contact.</summary>
    public required string ContactText { get; init; }
    public required string StaffContact { get; init; }

    public required string ConnectedTitle { get; init; }
    public required string KnownTitle { get; init; }

    /// <summary><c>{1}</c> is the time of day of the acceptance.</summary>
    public required string KnownRecognised { get; init; }

    /// <summary><c>{1}</c> is the time of day of the acceptance.</summary>
    public required string KnownGuest { get; init; }
    public required string NotMe { get; init; }
    public required string RecognisedBadge { get; init; }
    public required string GuestBadge { get; init; }
    public required string OffersTitle { get; init; }
    public required string NoOffers { get; init; }
    public required string WhyLabel { get; init; }
    public required string Want { get; init; }
    public required string NotNow { get; init; }
    public required string Never { get; init; }
    public required string StopTitle { get; init; }
    public required string StopText { get; init; }
    public required string Stop { get; init; }
    public required string StoppedText { get; init; }
    public required string ConsentsTitle { get; init; }
    public required string ConsentTerms { get; init; }
    public required string ConsentLoyalty { get; init; }
    public required string ConsentMarketing { get; init; }
    public required string Granted { get; init; }
    public required string NotGranted { get; init; }
    public required string Revoke { get; init; }
    public required string Receipt { get; init; }
    public required string Given { get; init; }
    public required string OverTitle { get; init; }
    public required string OverText { get; init; }
    public required string BackToStart { get; init; }

    /// <summary>Shown after a deed, by its code.</summary>
    public required IReadOnlyDictionary<string, string> Done { get; init; }

    /// <summary>Title and text of the pages that say why something was not done, by reason.</summary>
    public required IReadOnlyDictionary<Refusal, (string Title, string Text)> Refusals { get; init; }

    /// <summary>The languages, the default of the package first.</summary>
    public static IReadOnlyList<PortalText> All { get; } = [Portuguese, English, Spanish];

    /// <summary>Their tags.</summary>
    public static IReadOnlyList<string> Tags { get; } = [.. All.Select(t => t.Tag)];

    /// <summary>The text of a tag of ours, or null.</summary>
    public static PortalText? ByTag(string? tag) => All.FirstOrDefault(t => string.Equals(t.Tag, tag, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Names the wording a customer agrees to: the first 48 bits of its SHA-256, in lower-case hex. Any change of the words that bind (or of the
    /// shop's name and contact in them) changes it.
    /// </summary>
    public string VersionFor(PortalOptions options)
    {
        string[] binding =
        [
            Tag, options.Name, options.Contact ?? "", AskText, OptionalText, LoyaltyLabel, LoyaltyHint, MarketingLabel, MarketingHint, Accept, AcceptMeans, .. Terms, .. Data,
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', binding))).AsSpan(0, 6));
    }
}

/// <summary>Why a request was not served.</summary>
internal enum Refusal
{
    /// <summary>The form was open too long, was sent before, or is not ours.</summary>
    StaleForm,

    /// <summary>The form came from another site.</summary>
    ForeignOrigin,

    /// <summary>The request does not read as a form of ours.</summary>
    Malformed,

    /// <summary>The request is larger than any form of ours.</summary>
    TooLarge,

    /// <summary>The store cannot write down what was said, so it does not count.</summary>
    NotKept,

    /// <summary>Who it is was typed only, and this needs proof.</summary>
    NotProven,

    /// <summary>The body is in a form or encoding that is not served.</summary>
    UnsupportedForm,

    /// <summary>Too many requests from this phone.</summary>
    TooOften,

    /// <summary>The phone's page is unknown or has expired.</summary>
    UnknownSession,

    /// <summary>The door does not know the phone, so there is nothing to open; nothing was taken.</summary>
    NotOnTheWifi,

    /// <summary>The acceptance is kept, but the door did not open.</summary>
    NotOpened,

    /// <summary>The phone passes, but what it asked for does not answer.</summary>
    NoInternet,

    /// <summary>Something broke here.</summary>
    Fault,
}

namespace StoreEdge.Core.Sightings;

/// <summary>What is wrong with malformed bytes.</summary>
public enum DecodeFaultKind
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The bytes end before a field that must be there; <see cref="DecodeFault.Found"/> of <see cref="DecodeFault.Needed"/> bytes remain.</summary>
    Truncated,

    /// <summary>The packet is not an HCI event (H4 type 04).</summary>
    NotAnEvent,

    /// <summary>The event is none of those that carry advertising reports.</summary>
    NotAdvertising,

    /// <summary>The event's length byte disagrees with the bytes that follow it.</summary>
    EventLength,

    /// <summary>The number of reports is outside what the specification allows.</summary>
    ReportCount,

    /// <summary>Bytes remain after the last report.</summary>
    TrailingBytes,

    /// <summary>A report's data is longer than the specification allows.</summary>
    DataLength,

    /// <summary>The data status bits have their reserved value.</summary>
    DataStatus,

    /// <summary>Fragments of one advertisement grew beyond what the specification allows.</summary>
    FragmentsTooLong,

    /// <summary>An AD structure reaches beyond the payload.</summary>
    StructureOverrun,

    /// <summary>A frame's length is not the one its format prescribes.</summary>
    FrameLength,

    /// <summary>An Eddystone URL scheme that the specification does not define.</summary>
    UrlScheme,

    /// <summary>A byte that the Eddystone URL encoding reserves.</summary>
    UrlCharacter,
}

/// <summary>What is wrong, and at which byte. A value without text, so that counting malformed frames allocates nothing; the text is made when somebody reads it.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Offset">Bytes before the fault, counted from the start of what was given to the decoder.</param>
/// <param name="Found">The value found there.</param>
/// <param name="Needed">The value that would have been right, where there is one.</param>
public readonly record struct DecodeFault(DecodeFaultKind Kind, int Offset, int Found = 0, int Needed = 0)
{
    /// <summary>The same fault, seen from a buffer in which the decoded part starts <paramref name="bytes"/> later.</summary>
    public DecodeFault After(int bytes) => this with { Offset = Offset + bytes };

    /// <summary>One sentence for a technician.</summary>
    public string Message => Kind switch
    {
        DecodeFaultKind.None => "no fault",
        DecodeFaultKind.Truncated => $"{Needed} bytes are needed here and {Found} remain",
        DecodeFaultKind.NotAnEvent => $"packet type {Found:x2} is not an HCI event (04)",
        DecodeFaultKind.NotAdvertising => $"event {Found:x2} carries no advertising reports (LE meta event 3e with subevent 02 or 0d does)",
        DecodeFaultKind.EventLength => $"the event announces {Needed} parameter bytes and {Found} follow",
        DecodeFaultKind.ReportCount => $"the event announces {Found} reports; 1 to {Needed} are allowed",
        DecodeFaultKind.TrailingBytes => $"{Found} bytes remain after the last report",
        DecodeFaultKind.DataLength => $"the report announces {Found} data bytes; at most {Needed} are allowed",
        DecodeFaultKind.DataStatus => "the data status has its reserved value 3",
        DecodeFaultKind.FragmentsTooLong => $"the fragments of one advertisement add up to {Found} bytes; at most {Needed} are allowed",
        DecodeFaultKind.StructureOverrun => $"the AD structure announces {Needed} bytes and {Found} follow",
        DecodeFaultKind.FrameLength => $"the frame has {Found} bytes; its format has {Needed}",
        DecodeFaultKind.UrlScheme => $"URL scheme {Found:x2} is not defined (00 to 03 are)",
        DecodeFaultKind.UrlCharacter => $"byte {Found:x2} is reserved in an encoded URL",
        _ => Kind.ToString(),
    };
}

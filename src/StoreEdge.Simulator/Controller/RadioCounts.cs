namespace StoreEdge.Simulator.Controller;

/// <summary>What became of the reports that were due.</summary>
internal sealed class RadioCounts
{
    /// <summary>Handed to the kernel.</summary>
    public long Sent { get; set; }

    /// <summary>On the air while the controller did not listen: no scan, outside the scan window, faulty or removed.</summary>
    public long Unheard { get; set; }

    /// <summary>Kept back because the host asked for each device once.</summary>
    public long Repeated { get; set; }

    /// <summary>Not taken by the kernel.</summary>
    public long Refused { get; set; }

    /// <summary>The furthest that sending has been behind: a machine too slow for the rate makes bursts.</summary>
    public TimeSpan WorstLag { get; set; }

    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"sent {Sent}, unheard {Unheard}, repeated {Repeated}, refused {Refused}, at most {WorstLag.TotalMilliseconds:0} ms late");
}

namespace StoreEdge.Core.Offers;

/// <summary>What a bundle says about the collective index.</summary>
/// <param name="Exploration">0–0.1: the share of decisions that newcomers may take from offers which are known; a fifth of it is also for what is on probation.</param>
/// <param name="SupplierBound">0–0.9: a supplier whose offers are surely wanted by no larger share of those who voted is suspended.</param>
/// <param name="SupplierVotes">10–100,000 votes, below which nobody is suspended.</param>
/// <param name="DismissalBound">0.02–1: an offer of which surely a larger share of its showings is dismissed is held back.</param>
public sealed record IndexRules(double Exploration, double SupplierBound, int SupplierVotes, double DismissalBound)
{
    /// <summary>Where the bundle says nothing.</summary>
    public static IndexRules Default { get; } = new(0.1, 0.2, 30, 0.2);

    internal static IndexRules Read(DocumentReader reader) => new(
        reader.Number("exploration", 0, 0.1, Default.Exploration), reader.Number("supplierBound", 0, 0.9, Default.SupplierBound),
        reader.Whole("supplierVotes", 10, 100_000) ?? Default.SupplierVotes, reader.Number("dismissalBound", 0.02, 1, Default.DismissalBound));
}

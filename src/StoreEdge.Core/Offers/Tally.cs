namespace StoreEdge.Core.Offers;

/// <summary>How often something was shown and what people said to it. Votes age, so these are no whole numbers.</summary>
/// <param name="Shown">Times rendered; on a screen, which nobody has to have looked at, each counts <see cref="OnAScreen"/> until somebody has said something to it.</param>
/// <param name="Wanted">Times somebody wanted it; at most one per person and day.</param>
/// <param name="Refused">Times somebody never wanted it again.</param>
/// <param name="Postponed">Times somebody did not want it now.</param>
public readonly record struct Tally(double Shown, double Wanted, double Refused, double Postponed = 0)
{
    /// <summary>What a showing on a screen counts to which nobody said anything: most of those who pass do not look (a tenth is a guess; the order of offers does not hang on it).</summary>
    public const double OnAScreen = 0.1;

    /// <summary>After this many days of the store's own life a vote counts half. Taste and quality change with the season.</summary>
    public const int HalfLife = 30;

    /// <summary>What is left of it after <paramref name="days"/> on which the store counted anything, 0 or more.</summary>
    public Tally Aged(long days) => days <= 0 ? this : this * Math.Pow(2, -days / (double)HalfLife);

    /// <summary>The sum of two counts.</summary>
    public static Tally operator +(Tally a, Tally b) => new(a.Shown + b.Shown, a.Wanted + b.Wanted, a.Refused + b.Refused, a.Postponed + b.Postponed);

    /// <summary>The sum of two counts.</summary>
    public static Tally Add(Tally left, Tally right) => left + right;

    /// <summary>A part or a multiple of it.</summary>
    public static Tally operator *(Tally tally, double by) => new(tally.Shown * by, tally.Wanted * by, tally.Refused * by, tally.Postponed * by);

    /// <summary>A part or a multiple of it.</summary>
    public static Tally Multiply(Tally tally, double by) => tally * by;
}

/// <summary>What this store has counted about one offer.</summary>
/// <param name="Customers">Of those who were recognised beyond a copied id.</param>
/// <param name="Guests">Of all others: anonymous phones, ids that never change. How many people they are nobody can tell, so they weigh little (decision 16).</param>
public readonly record struct StoreVotes(Tally Customers, Tally Guests);

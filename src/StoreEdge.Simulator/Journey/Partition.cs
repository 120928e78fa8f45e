using System.Globalization;
using System.Text;

namespace StoreEdge.Simulator.Journey;

/// <summary>
/// Which stores are one instance's, where the broker has no shared subscriptions: those whose 32-bit FNV-1a hash, modulo <paramref name="Of"/>, is
/// <paramref name="Part"/> − 1. FNV-1a because it is five lines in any language, so consumers of all kinds agree.
/// </summary>
/// <param name="Part">1 to <paramref name="Of"/>.</param>
/// <param name="Of">How many parts, 1–1,000.</param>
internal readonly record struct Partition(int Part, int Of)
{
    public static Partition Whole => new(1, 1);

    /// <summary>Reads <c>2/3</c>: the second of three.</summary>
    public static bool TryParse(string text, out Partition partition)
    {
        partition = Whole;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !Number(text.AsSpan(0, slash), out var part) || !Number(text.AsSpan(slash + 1), out var of) || part < 1 || part > of || of > 1000) return false;
        partition = new(part, of);
        return true;
    }

    public bool Has(string storeId) => Hash(storeId) % (uint)Of == Part - 1;

    /// <summary>FNV-1a, 32 bits, over the UTF-8 of the store id.</summary>
    public static uint Hash(string storeId)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(storeId)) hash = unchecked((hash ^ b) * 16777619u);
        return hash;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Part}/{Of}");

    private static bool Number(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

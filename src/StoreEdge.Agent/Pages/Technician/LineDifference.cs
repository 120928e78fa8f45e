namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What changes between two texts, line by line.</summary>
internal static class LineDifference
{
    /// <summary>The lines of both in their order: <c>-</c> only in the former, <c>+</c> only in the later, a space in both.</summary>
    public static IReadOnlyList<(char Mark, string Line)> Of(string former, string later)
    {
        var (a, b) = (former.Split('\n'), later.Split('\n'));
        // The longest common subsequence, from the ends: texts of a form are a few hundred lines.
        var common = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
            for (var j = b.Length - 1; j >= 0; j--) common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        var lines = new List<(char, string)>();
        for (var (i, j) = (0, 0); i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                lines.Add((' ', a[i++]));
                j++;
            }
            else if (j == b.Length || (i < a.Length && common[i + 1, j] >= common[i, j + 1])) lines.Add(('-', a[i++]));
            else lines.Add(('+', b[j++]));
        }

        return lines;
    }
}

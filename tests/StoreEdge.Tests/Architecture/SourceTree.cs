namespace StoreEdge.Tests.Architecture;

/// <summary>The checkout that the tests run from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    /// <summary>Every C# file below a folder of the checkout, with its path relative to that folder.</summary>
    public static IEnumerable<(string Path, string Text)> Files(string folder)
    {
        var top = Path.Combine(Root, folder);
        return Directory.EnumerateFiles(top, "*.cs", SearchOption.AllDirectories)
            .Select(f => (Path.GetRelativePath(top, f).Replace('\\', '/'), f))
            .Where(f => !f.Item1.Split('/').Any(part => part is "bin" or "obj"))
            .Select(f => (f.Item1, File.ReadAllText(f.f)));
    }

    private static string Find()
    {
        for (var at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(Path.Combine(at, "StoreEdge.sln"))) return at;
        throw new InvalidOperationException($"no StoreEdge.sln above {AppContext.BaseDirectory}: run the tests from a checkout");
    }
}

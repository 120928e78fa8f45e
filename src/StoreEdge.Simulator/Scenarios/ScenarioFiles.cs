using System.Reflection;

namespace StoreEdge.Simulator.Scenarios;

/// <summary>Finds scenarios: those that come with the program by name, others by path.</summary>
internal static class ScenarioFiles
{
    private const string Prefix = "scenario/";

    public static IReadOnlyList<string> Names { get; } =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => n[Prefix.Length..]).Order(StringComparer.Ordinal)];

    /// <param name="nameOrPath">One of <see cref="Names"/>, or the path of a file.</param>
    /// <exception cref="ScenarioException">There is no such scenario, or something in it is not allowed.</exception>
    public static Scenario Read(string nameOrPath)
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + nameOrPath);
        if (resource is not null)
        {
            using var copy = new MemoryStream();
            resource.CopyTo(copy);
            return ScenarioReader.Read(nameOrPath, copy.ToArray());
        }

        try
        {
            return ScenarioReader.Read(nameOrPath, File.ReadAllBytes(nameOrPath));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ScenarioException($"{nameOrPath}: cannot be read: {fault.Message}; scenarios that come with the program: {string.Join(", ", Names)}");
        }
    }
}

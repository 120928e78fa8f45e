using System.Globalization;
using System.Reflection;

namespace StoreEdge.Agent.Timekeeping;

/// <summary>
/// When the source that this program was built from was committed: no right clock shows an earlier time. The build writes it down (StoreEdge.Agent.csproj), so that the same
/// source gives the same program.
/// </summary>
internal static class BuildTime
{
    /// <summary>The name of the assembly's metadata: seconds since 1970.</summary>
    private const string Name = "SourceTime";

    /// <summary>What the assembly says; 1970 in one that says nothing, which is a bound that holds nothing back.</summary>
    public static DateTimeOffset Value { get; } = Read(typeof(BuildTime).Assembly);

    private static DateTimeOffset Read(Assembly program)
    {
        var text = program.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(m => m.Key == Name)?.Value;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.UnixEpoch;
    }
}

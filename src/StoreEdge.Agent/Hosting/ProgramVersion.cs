using System.Reflection;

namespace StoreEdge.Agent.Hosting;

/// <summary>Which build this is.</summary>
internal static class ProgramVersion
{
    /// <summary>The version with its source revision, such as <c>0.1.0+3f2c…</c>.</summary>
    public static string Text { get; } = typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}

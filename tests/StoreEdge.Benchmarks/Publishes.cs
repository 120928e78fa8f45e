using System.Diagnostics;

namespace StoreEdge.Benchmarks;

/// <summary>The two ways the agent is shipped, made by deploy/publish.sh and kept for the next run where a directory for them was named.</summary>
internal sealed class Publishes : IDisposable
{
    private readonly Scratch? scratch;
    private readonly string directory;

    public Publishes(Setting setting)
    {
        scratch = setting.PublishDirectory is null ? setting.Scratch() : null;
        directory = setting.PublishDirectory ?? scratch!.Path;
    }

    /// <summary>Program and arguments that start the portable publish.</summary>
    public string[] Portable => ["dotnet", Path.Combine(Make("portable"), "storeedge.dll")];

    /// <summary>The trimmed, self-contained publish for linux-x64.</summary>
    public string[] Trimmed => [Path.Combine(Make("trimmed", "--trimmed"), "storeedge")];

    /// <summary>The checkout that this program was built from.</summary>
    public static string Root { get; } = FindRoot();

    public void Dispose() => scratch?.Dispose();

    private string Make(string name, params string[] options)
    {
        var made = Path.Combine(directory, name);
        if (File.Exists(Path.Combine(made, "storeedge.dll"))) return made;
        Console.Error.WriteLine($"publishing {name} …");
        using var publish = Process.Start(Path.Combine(Root, "deploy", "publish.sh"), [.. options, "-o", made]);
        publish.WaitForExit();
        return publish.ExitCode == 0 ? made : throw new InvalidOperationException($"deploy/publish.sh ended with {publish.ExitCode}");
    }

    private static string FindRoot()
    {
        for (var at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(Path.Combine(at, "StoreEdge.sln"))) return at;
        throw new InvalidOperationException($"no StoreEdge.sln above {AppContext.BaseDirectory}");
    }
}

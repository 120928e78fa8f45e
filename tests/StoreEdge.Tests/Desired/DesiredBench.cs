using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Desired;
using StoreEdge.Contracts;
using StoreEdge.Core.Signing;
using StoreEdge.Tests.Journal;

namespace StoreEdge.Tests.Desired;

/// <summary>The desk on a real journal and real files, with a key that signs; what it asks of other rooms is written down.</summary>
internal sealed class DesiredBench : IAsyncDisposable
{
    private readonly Bench journal = new();

    public DesiredBench() => Open();

    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string State => journal.Directory;

    public Bench Journal => journal;

    public DesiredDocuments Documents { get; private set; } = null!;

    public DesiredDesk Desk { get; private set; } = null!;

    public List<string> BundlesUsed { get; } = [];

    public int Restarts { get; private set; }

    /// <summary>What the ordinary reader says about a configuration; null where it is good.</summary>
    public string? Wrong { get; set; }

    public bool Pinned { get; set; } = true;

    /// <summary>A process starts on what the last one left.</summary>
    public void Open()
    {
        journal.Open(null, new DesiredVersions());
        Documents = new(State);
        Documents.BeginProcess();
        Documents.BeginRun();
        Reopen();
    }

    /// <summary>The rooms are run anew in the same process.</summary>
    public void Reopen()
    {
        Desk = new(
            Documents, Pinned ? VerificationKeys.Parse(Key.ExportSubjectPublicKeyInfoPem()) : null, journal.Store,
            new("s-1", _ =>
            {
                if (Wrong is { } wrong) throw new ConfigurationException([new("desired", "", null, wrong)]);
            }, bundle => Encoding.UTF8.GetString(bundle.Span).Contains("bad", StringComparison.Ordinal) ? "it breaks a rule" : null,
            bundle => BundlesUsed.Add(Encoding.UTF8.GetString(bundle.Span)), () => Restarts++), journal.Health);
        Desk.BeginAsync().GetAwaiter().GetResult();
    }

    /// <summary>The process is killed, and another one starts.</summary>
    public async Task KillAsync()
    {
        await journal.Store.DisposeAsync();
        Open();
    }

    public byte[] Signed(string kind, long version, string document, string store = "s-1") => JsonSerializer.SerializeToUtf8Bytes(
        new DesiredMessage(document, DetachedSignature.Sign(document, new(kind, store, version, null), Key)), ContractsJson.Default.DesiredMessage);

    public Task SendAsync(string kind, long version, string document) => Desk.TakeAsync(kind, Signed(kind, version, document));

    public DesiredDocumentState? StateOf(string kind) => Desk.States().SingleOrDefault(s => s.Document == kind);

    public bool Warns(string code) => journal.Health.Warnings.Any(w => w.Code == code);

    public async ValueTask DisposeAsync()
    {
        Key.Dispose();
        await journal.DisposeAsync();
    }
}

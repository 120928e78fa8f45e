using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Desired;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Signing;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge desired</c>: makes and checks the signed documents that central sends to stores. Belongs on the tenant's machine, not in a store.</summary>
internal static class DesiredCommand
{
    public static Command Create() => new("desired", "Sign and check the documents that central desires of stores: config, bundle, displays.") { Sign(), Check() };

    private static Command Sign()
    {
        var kind = Kind();
        return Signing("Sign a document and print the message to publish, retained, on stores/v1/ID/desired/KIND.", parsed => parsed.GetValue(kind)!, kind);
    }

    /// <summary><c>bundle sign</c>: <c>desired sign --kind bundle</c> under the name by which one looks for it.</summary>
    public static Command SignBundle() =>
        Signing("Sign a bundle and print the message to publish, retained, on stores/v1/ID/desired/bundle; a file of it also does where bundle.signed is true.", _ => DesiredDocuments.Bundle);

    private static Command Signing(string description, Func<ParseResult, string> kindOf, params ReadOnlySpan<Option> more)
    {
        var key = new Option<FileInfo>("--key") { Description = "The private key, PEM: openssl ecparam -name prime256v1 -genkey -noout -out KEY.pem", HelpName = "KEY.pem", Required = true };
        var store = new Option<string>("--store") { Description = "The store's id, or * for every store", HelpName = "ID", Required = true };
        var version = new Option<long>("--version") { Description = "Higher than any version of this kind before", HelpName = "N", Required = true };
        var file = new Argument<FileInfo>("FILE") { Description = "The document" };
        var command = new Command("sign", description) { key, store, version, file };
        foreach (var option in more) command.Add(option);
        command.SetAction(parsed => Guarded(parsed, output =>
        {
            var (wanted, id, number) = (kindOf(parsed), parsed.GetValue(store)!, parsed.GetValue(version));
            if (id != SignedHeader.EveryStore && !NameRule.Holds(id)) throw new FormatException($"--store: {NameRule.Allowed}, or *");
            if (number is < 1 or > SignedHeader.MostVersion) throw new FormatException("--version: 1 to 9007199254740991");
            var document = Text(parsed.GetValue(file)!);
            CheckContent(wanted, number, document);
            using var signing = ECDsa.Create();
            signing.ImportFromPem(Text(parsed.GetValue(key)!));
            var message = new DesiredMessage(document, DetachedSignature.Sign(document, new(wanted, id, number, VerificationKeys.IdOf(signing)), signing));
            output.WriteLine(JsonSerializer.Serialize(message, ContractsJson.Default.DesiredMessage));
        }));
        return command;
    }

    private static Command Check()
    {
        var key = new Option<FileInfo>("--key") { Description = "The public keys as stores pin them, PEM", HelpName = "PUBLIC.pem", Required = true };
        var (kind, store) = (Kind(), new Option<string>("--store") { Description = "The store that shall take it", HelpName = "ID", Required = true });
        var file = new Argument<FileInfo>("FILE") { Description = "The message, as  desired sign  printed it" };
        var command = new Command("check", "Say whether a store would take a message, and which version it is. Exit code 2 when it would not.") { key, kind, store, file };
        command.SetAction(parsed => Guarded(parsed, output =>
        {
            var message = JsonSerializer.Deserialize(Text(parsed.GetValue(file)!), ContractsJson.Default.DesiredMessage) ?? throw new FormatException("null is no message");
            var (wanted, keys) = (parsed.GetValue(kind)!, VerificationKeys.Parse(Text(parsed.GetValue(key)!)));
            if (!DetachedSignature.TryVerify(message.Document, message.Signature, wanted, parsed.GetValue(store)!, keys, out var header, out var why)) throw new FormatException(why);
            CheckContent(wanted, header.Version, message.Document);
            output.WriteLine($"Good: {header.Kind} version {header.Version} for {(header.Store == SignedHeader.EveryStore ? "every store" : header.Store)}{(header.KeyId is { } id ? $", key {id}" : "")}");
        }));
        return command;
    }

    private static Option<string> Kind()
    {
        var kind = new Option<string>("--kind") { Description = "What it is", Required = true };
        kind.AcceptOnlyFromAmong([.. DesiredDocuments.Kinds]);
        return kind;
    }

    /// <summary>What can be said without the store's own files.</summary>
    private static void CheckContent(string kind, long version, string document)
    {
        if (kind != DesiredDocuments.Bundle) DesiredLayer.Parse(kind, version, document);
        else if (BundleStore.FaultOf(Encoding.UTF8.GetBytes(document)) is { } wrong) throw new FormatException(wrong);
    }

    private static string Text(FileInfo file) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(file.FullName));

    private static int Guarded(ParseResult parsed, Action<TextWriter> act)
    {
        try
        {
            act(parsed.InvocationConfiguration.Output);
            return 0;
        }
        catch (Exception fault) when (fault is FormatException or ConfigurationException or JsonException or CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            parsed.InvocationConfiguration.Error.WriteLine(fault.Message);
            return 2;
        }
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace StoreEdge.Agent.Configuration;

/// <summary>What is never shown of a configuration: values whose key says that they are a secret, and the login within an address.</summary>
internal static partial class SecretNames
{
    /// <summary>Keys whose value is a secret by itself, which the reader refuses anyway; names of files with secrets are none.</summary>
    private static readonly string[] Words = ["password", "secret", "token", "apikey", "pin", "passphrase", "psk"];

    /// <summary>Whether a key's value is a secret.</summary>
    public static bool Has(string key) => !key.EndsWith("File", StringComparison.OrdinalIgnoreCase) && Words.Any(s => key.Contains(s, StringComparison.OrdinalIgnoreCase));

    /// <summary>Takes out every value whose key says that it is a secret.</summary>
    public static void Strip(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list) Strip(item);
        }
        else if (node is JsonObject map)
        {
            foreach (var key in map.Select(m => m.Key).ToList())
            {
                if (Has(key)) map[key] = "[secret]";
                else Strip(map[key]);
            }
        }
    }

    /// <summary>A value as it may be quoted, as JSON; null where nothing stands there.</summary>
    public static string? Quote(JsonNode? value)
    {
        var shown = value?.DeepClone();
        Strip(shown);
        return shown?.ToJsonString();
    }

    /// <summary>A text without the logins of the addresses in it, up to the last @ of each text in quotes: a password that should have been escaped may hold any sign.</summary>
    public static string WithoutLogins(string text) => Login().Replace(text, "//[secret]@");

    [GeneratedRegex(@"//[^""]*@")]
    private static partial Regex Login();
}

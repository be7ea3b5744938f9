using System.Security.Cryptography;
using System.Text;

namespace NodeManager.NodePools.Documents;

/// <summary>
/// Fields of a specification that may hold credentials: the user data of machines. Stored and displayed copies have a fingerprint instead.
/// </summary>
public static class PoolSecrets
{
    private const string Mark = "pbkdf2-sha256:";

    // Slow on purpose: a partly known script must not allow to guess the password in it.
    private const int Iterations = 200_000;

    /// <summary>True if a field of this name may hold credentials.</summary>
    public static bool Has(string field) => field == PlatformFields.UserData;

    /// <summary>The displayed replacement of a value.</summary>
    public static string Describe(string value) => $"({value.Length} characters)";

    /// <summary>Replaces the values with fingerprints. Equal values have equal ones under the same key.</summary>
    public static JsonObject Seal(JsonObject document, string key)
    {
        var copy = (JsonObject)document.DeepClone();
        Seal(copy, Encoding.UTF8.GetBytes(key));
        return copy;
    }

    /// <summary>True if values were replaced by fingerprints, so that the document cannot be sent.</summary>
    public static bool IsSealed(JsonNode? document) =>
        document switch
        {
            JsonObject fields => fields.Any(static field =>
                IsSealed(field.Value) || Has(field.Key) && field.Value.AsText()?.StartsWith(Mark, StringComparison.Ordinal) == true
            ),
            JsonArray items => items.Any(IsSealed),
            _ => false,
        };

    private static void Seal(JsonNode? node, byte[] key)
    {
        if (node is JsonArray items)
        {
            foreach (JsonNode? item in items)
                Seal(item, key);
        }
        else if (node is JsonObject fields)
        {
            foreach ((string name, JsonNode? value) in fields.ToList())
            {
                // A null of a merge patch removes the field.
                if (Has(name) && value is not null)
                    fields[name] = Mark + FingerprintOf(value.AsText() ?? value.ToJsonString(), key);
                else
                    Seal(value, key);
            }
        }
    }

    private static string FingerprintOf(string value, byte[] key) =>
        Convert.ToHexStringLower(
            Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(value), key, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes)
        );
}

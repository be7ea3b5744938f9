using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Core.Machines;

/// <summary>
/// Replaces the claim UID on machines created by hand. Derived from owner and name, so that the same command finds the same machine, and no
/// controller treats it as a machine whose claim was lost.
/// </summary>
public static class ManualClaims
{
    private const string Prefix = "manual-";

    /// <param name="owner">The owner of the provider's machines: <see cref="MachineProviderSettings.Owner"/>.</param>
    public static string Of(string owner, string name) =>
        Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner}\n{name}")).AsSpan(0, 12));

    /// <summary>True if a person created the machine, so that only a person removes it.</summary>
    public static bool IsManual(string claimUid) => claimUid.StartsWith(Prefix, StringComparison.Ordinal);
}

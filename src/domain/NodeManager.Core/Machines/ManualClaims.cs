using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Core.Machines;

/// <summary>
/// What stands in place of a claim's UID on a machine that was made by hand. It follows from owner and name, so the same command finds the
/// same machine, and no controller takes such a machine for one whose claim was lost.
/// </summary>
public static class ManualClaims
{
    private const string Prefix = "manual-";

    /// <param name="owner">Of the provider's machines: <see cref="MachineProviderSettings.Owner"/>.</param>
    /// <param name="name">Of the machine.</param>
    public static string Of(string owner, string name) =>
        Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner}\n{name}")).AsSpan(0, 12));

    /// <summary>True where a person made the machine, and a person removes it.</summary>
    public static bool IsManual(string claimUid) => claimUid.StartsWith(Prefix, StringComparison.Ordinal);
}

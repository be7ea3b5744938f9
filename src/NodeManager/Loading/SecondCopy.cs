using System.Globalization;
using NodeManager.Pipeline;

namespace NodeManager.Loading;

/// <summary>
/// Refuses to import another copy of the module into the process. A process holds one assembly per name, so the other copy would get this
/// one's cmdlets, or fail with a misleading error.
/// </summary>
internal static class SecondCopy
{
    // The scripts of another version read the variable (NodeManager.Guard.psm1), and call the value of the key
    // (NodeManager.SecondCopy.psm1): keep them compatible. Child processes inherit the variable, and have another id.
    private const string Variable = "NODEMANAGER_LOADED";
    private const string Key = "NodeManager.SecondCopy";

    public static void RefuseOutside(string folder)
    {
        Func<string, ErrorRecord?> refuse = other => IsSame(folder, other) ? null : Refusal(folder, other);
        AppContext.SetData(Key, refuse);
        Environment.SetEnvironmentVariable(Variable, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    private static ErrorRecord Refusal(string folder, string other)
    {
        string loaded = Path.GetDirectoryName(folder)!,
            refused = Path.GetDirectoryName(other)!;
        return ErrorRecords.From(
            new NodeManagerException(
                ErrorIds.ModuleAlreadyLoaded,
                ErrorKind.ResourceExists,
                $"Cannot import module NodeManager from '{refused}': this process has already loaded it from '{loaded}'.",
                refused,
                $"To use this copy, start a new PowerShell process. To use the loaded copy, import '{Path.Combine(loaded, "NodeManager.psd1")}'."
            ),
            refused
        );
    }

    // Resolves links to the same copy.
    private static bool IsSame(string folder, string other) => AreEqual(folder, other) || AreEqual(Resolve(folder), Resolve(other));

    private static bool AreEqual(string folder, string other) =>
        string.Equals(folder, other, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private static string Resolve(string folder)
    {
        if (Path.GetDirectoryName(folder) is not { } parent)
            return folder;
        string path = Path.Combine(Resolve(parent), Path.GetFileName(folder));
        return Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
    }
}

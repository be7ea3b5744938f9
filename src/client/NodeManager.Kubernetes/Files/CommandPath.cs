namespace NodeManager.Kubernetes.Files;

/// <summary>
/// Resolves commands. Starting a process by its bare name would also find a file in the current folder or beside the program, which another
/// user may have put there; kubectl searches <c>PATH</c> only.
/// </summary>
public static class CommandPath
{
    /// <summary>The full path; null when it is not in <c>PATH</c>. A path is returned unchanged.</summary>
    public static string? Find(string command)
    {
        if (IsPath(command))
            return Variants(command).FirstOrDefault(File.Exists) ?? command;
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(static folder => OperatingSystem.IsWindows() ? folder.Trim('"') : folder)
            .Where(Path.IsPathFullyQualified)
            .SelectMany(folder => Variants(Path.Combine(folder, command)))
            .FirstOrDefault(IsExecutable);
    }

    /// <summary>Whether it names a place instead of a program. On Windows, <c>C:name</c> is a file in the drive's current folder.</summary>
    public static bool IsPath(string command) =>
        command.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar)
        || (OperatingSystem.IsWindows() && command.Contains(':', StringComparison.Ordinal));

    /// <summary>
    /// Pure. On Windows, a command may be a program or a script (<c>az.cmd</c>), and a name with a dot may lack its extension
    /// (<c>login.v2</c>).
    /// </summary>
    internal static IEnumerable<string> Variants(string path, bool isWindows, string? extensions)
    {
        if (!isWindows)
            return [path];
        IEnumerable<string> extended = (extensions ?? ".EXE;.CMD;.BAT")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(extension => path + extension);
        return Path.HasExtension(path) ? extended.Prepend(path) : extended;
    }

    private static IEnumerable<string> Variants(string path) =>
        Variants(path, OperatingSystem.IsWindows(), Environment.GetEnvironmentVariable("PATHEXT"));

    private static bool IsExecutable(string path) =>
        File.Exists(path)
        && (
            OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0
        );
}

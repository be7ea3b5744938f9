namespace NodeManager.Kubernetes.Authentication;

/// <summary>
/// Resolves commands. Starting a process by its bare name would also find a file in the current folder or beside the program, which another
/// user may have put there; kubectl searches <c>PATH</c> only.
/// </summary>
internal static class CommandPath
{
    /// <summary>The full path; null when it is not in <c>PATH</c>. A path is returned unchanged.</summary>
    public static string? Find(string command)
    {
        if (command.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar))
            return Variants(command).FirstOrDefault(File.Exists) ?? command;
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathFullyQualified)
            .SelectMany(folder => Variants(Path.Combine(folder, command)))
            .FirstOrDefault(IsExecutable);
    }

    /// <summary>On Windows, a command without extension may be a program or a script (<c>az.cmd</c>).</summary>
    private static IEnumerable<string> Variants(string path) =>
        OperatingSystem.IsWindows() && !Path.HasExtension(path)
            ? (Environment.GetEnvironmentVariable("PATHEXT") ?? ".EXE;.CMD;.BAT")
                .Split(';', StringSplitOptions.RemoveEmptyEntries)
                .Select(extension => path + extension)
            : [path];

    private static bool IsExecutable(string path) =>
        File.Exists(path)
        && (
            OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0
        );
}

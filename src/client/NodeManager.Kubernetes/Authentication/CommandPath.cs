namespace NodeManager.Kubernetes.Authentication;

/// <summary>
/// Where a command is. Starting a process by its bare name would also find a file in the current folder and beside the running program, which
/// another user may have put there; kubectl looks in <c>PATH</c> only.
/// </summary>
internal static class CommandPath
{
    /// <summary>The command's full path; null when no folder of <c>PATH</c> has it. A path stays what it is.</summary>
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

    /// <summary>On Windows a command without extension may be a program or a script (<c>az.cmd</c>).</summary>
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

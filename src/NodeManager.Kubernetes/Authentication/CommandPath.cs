namespace NodeManager.Kubernetes.Authentication;

internal static class CommandPath
{
    /// <summary>
    /// On Windows a command without extension may be a script (<c>az.cmd</c>), which starting a process does not look for; elsewhere, and
    /// where nothing is found, the name itself.
    /// </summary>
    public static string Find(string command)
    {
        if (!OperatingSystem.IsWindows() || Path.HasExtension(command)) return command;
        string[] folders = command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? [""]
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] extensions = (Environment.GetEnvironmentVariable("PATHEXT") ?? ".EXE;.CMD;.BAT").Split(';', StringSplitOptions.RemoveEmptyEntries);
        return folders.SelectMany(folder => extensions.Select(extension => Path.Combine(folder, command + extension))).FirstOrDefault(File.Exists) ?? command;
    }
}

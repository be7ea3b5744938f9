namespace NodeManager.Server.Options;

/// <summary>Command lines of version 0.1, which selected the command by options. To be removed in the next release.</summary>
internal static class OptionsWithoutCommand
{
    private static readonly string[] OfServe = ["--kubeconfig", "--context", "--all-contexts", "--in-cluster", "--handover"];

    /// <summary>The command line with a command; null if unchanged.</summary>
    public static string[]? Translate(IReadOnlyList<string> arguments)
    {
        if (arguments is [] or ["--help" or "-h" or "-?" or "--version"] || !arguments[0].StartsWith('-'))
            return null;
        if (arguments.Contains("--new-token"))
            return ["token"];
        if (arguments.Contains("--autoscaler"))
            return ["autoscaler", .. arguments.Where(static one => one != "--autoscaler")];
        if (arguments.Contains("--mcp"))
            return ["mcp", .. arguments.Where(static one => one != "--mcp")];
        if (arguments.Contains("--serve-cluster"))
            return ["cluster", .. arguments.Select(static one => one == "--serve-cluster" ? "--port" : one)];
        return [arguments.Any(OfServe.Contains) ? "serve" : "demo", .. arguments];
    }
}

using System.Collections.ObjectModel;

namespace NodeManager.Parameters;

/// <summary>Resolves <c>-Path</c> and <c>-LiteralPath</c> to files.</summary>
internal static class ResolvedFiles
{
    /// <summary>
    /// Returns full paths. A path without a file is an error: a command at the end of a pipeline must not succeed without effect.
    /// </summary>
    /// <param name="cmdlet">Determines the current location.</param>
    public static IEnumerable<string> Of(
        PSCmdlet cmdlet,
        IEnumerable<string> patterns,
        IEnumerable<string> literals,
        string notFoundId,
        Action<Exception, object?> fail
    )
    {
        foreach ((string path, bool isLiteral) in patterns.Select(path => (path, false)).Concat(literals.Select(path => (path, true))))
        {
            IReadOnlyList<string> files = [];
            try
            {
                files = isLiteral ? [Literal(cmdlet, path, notFoundId)] : Matches(cmdlet, path, notFoundId);
            }
            catch (NodeManagerException exception)
            {
                fail(exception, path);
            }

            foreach (string file in files)
                yield return file;
        }
    }

    private static Collection<string> Matches(PSCmdlet cmdlet, string pattern, string notFoundId)
    {
        Exception? cause = null;
        try
        {
            Collection<string> found = cmdlet.GetResolvedProviderPathFromPSPath(pattern, out ProviderInfo provider);
            RequireFileSystem(provider, pattern, notFoundId);
            if (found.Count > 0)
                return found;
        }
        catch (ItemNotFoundException exception)
        {
            cause = exception;
        }

        throw WildcardPattern.ContainsWildcardCharacters(pattern)
            ? NotFound(
                notFoundId,
                $"No file matches '{pattern}'.",
                pattern,
                "If the file name itself contains [, ], * or ?, use -LiteralPath.",
                cause
            )
            : NotFound(notFoundId, $"File '{pattern}' does not exist.", pattern, "Check the name and the current location.", cause);
    }

    private static string Literal(PSCmdlet cmdlet, string path, string notFoundId)
    {
        string file = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        RequireFileSystem(provider, path, notFoundId);
        return File.Exists(file) || Directory.Exists(file)
            ? file
            : throw NotFound(notFoundId, $"File '{file}' does not exist.", path, "Check the name and the current location.", null);
    }

    private static void RequireFileSystem(ProviderInfo provider, string path, string notFoundId)
    {
        if (provider.Name != "FileSystem")
            throw NotFound(notFoundId, $"'{path}' is not in the file system.", path, "Use the path of a file.", null);
    }

    private static NodeManagerException NotFound(string id, string message, string path, string action, Exception? cause) =>
        new(id, ErrorKind.ObjectNotFound, message, path, action, cause);
}

using System.Text;
using NodeManager.Kubernetes.Files;

namespace NodeManager.Providers.Reports;

public static class DrainReportFile
{
    private static readonly string[] Extensions = [".html", ".htm", ".xhtml"];

    /// <summary>Writes the page atomically.</summary>
    /// <param name="results">At least one.</param>
    /// <param name="force">Overwrite a read-only file.</param>
    /// <param name="noClobber">Do not overwrite an existing file.</param>
    public static void Write(
        string path,
        IReadOnlyList<NodeDrainResult> results,
        DateTimeOffset writtenAt,
        bool force,
        bool noClobber,
        CancellationToken cancellationToken
    ) => Write(Checked(path), () => DrainReportPage.Render(results, writtenAt), force, noClobber, cancellationToken);

    /// <summary>Refuses the extension of another format.</summary>
    /// <param name="also">Another supported extension.</param>
    public static void RequireFormat(string path, string also = "")
    {
        string extension = Path.GetExtension(path);
        if (extension.Length > 1 && !Extensions.Append(also).Contains(extension, StringComparer.OrdinalIgnoreCase))
        {
            string formats = also.Length > 0 ? $"HTML or {also[1..].ToUpperInvariant()}" : "HTML";
            throw new NodeManagerException(
                ErrorIds.ReportFormatUnsupported,
                ErrorKind.InvalidArgument,
                $"The report is {formats}, and '{Path.GetFileName(path)}' has the extension {extension}.",
                path,
                "Use the extension .html. For the data, pipe the results to Export-Csv, ConvertTo-Json or Export-Clixml."
            );
        }
    }

    private static string Checked(string path)
    {
        RequireFormat(path);
        return path;
    }

    internal static void Write(string path, Func<string> render, bool force, bool noClobber, CancellationToken cancellationToken)
    {
        if (noClobber && File.Exists(path))
            throw Exists(path);
        if (!force && File.Exists(path) && File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly))
            throw NotWritten(path, "the file is read-only", "Choose another path, or use -Force.", null);

        byte[] page = Encoding.UTF8.GetBytes(render());
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (force && File.Exists(path))
                File.SetAttributes(path, File.GetAttributes(path) & ~FileAttributes.ReadOnly);
            AtomicFile.Write(path, page, new() { Replace = !noClobber });
        }
        catch (IOException) when (noClobber && File.Exists(path))
        {
            throw Exists(path);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw NotWritten(path, exception.Message, "Check that the folder exists and that you have write permission.", exception);
        }
    }

    private static NodeManagerException Exists(string path) =>
        new(
            ErrorIds.ReportExists,
            ErrorKind.ResourceExists,
            $"File '{path}' already exists.",
            path,
            "Choose another path, or leave out -NoClobber."
        );

    private static NodeManagerException NotWritten(string path, string why, string action, Exception? cause) =>
        new(
            ErrorIds.ReportNotWritten,
            ErrorKind.ResourceUnavailable,
            $"Cannot write file '{path}': {why.TrimEnd('.')}.",
            path,
            action,
            cause
        );
}

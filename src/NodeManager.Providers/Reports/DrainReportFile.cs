using System.Text;
using NodeManager.Kubernetes.Files;

namespace NodeManager.Providers.Reports;

/// <summary>Puts a page into a file: all of it or nothing.</summary>
public static class DrainReportFile
{
    private static readonly string[] Extensions = [".html", ".htm", ".xhtml"];

    /// <summary>Writes the page beside the file and puts it in its place.</summary>
    /// <param name="path">The file, in full.</param>
    /// <param name="results">At least one.</param>
    /// <param name="writtenAt">Now, for the page's foot.</param>
    /// <param name="force">Also over a file that may only be read.</param>
    /// <param name="noClobber">Not over a file that is there.</param>
    /// <param name="cancellationToken">Gives up; what was there stays.</param>
    /// <exception cref="NodeManagerException">ReportFormatUnsupported, ReportExists, ReportNotWritten.</exception>
    public static void Write(
        string path,
        IReadOnlyList<NodeDrainResult> results,
        DateTimeOffset writtenAt,
        bool force,
        bool noClobber,
        CancellationToken cancellationToken
    ) => Write(Checked(path), () => DrainReportPage.Render(results, writtenAt), force, noClobber, cancellationToken);

    /// <summary>Refuses a name that another format would have: the report is a page, whatever its file is called.</summary>
    /// <exception cref="NodeManagerException">ReportFormatUnsupported.</exception>
    /// <param name="path">The file.</param>
    /// <param name="also">Another extension that the report can have.</param>
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

    /// <summary>The same for any text.</summary>
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

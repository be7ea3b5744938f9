using System.Text;
using NodeManager.Core.Scheduler.Documents;

namespace NodeManager.Core.Scheduler.Files;

/// <summary>Reads configurations from files.</summary>
public static class SchedulerFiles
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file, a byte order mark included: the text is the file's, character for character.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key of a ConfigMap in it; null: the first that holds a configuration.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NodeManagerException">It cannot be read, is no UTF-8, or holds no configuration.</exception>
    public static async Task<SchedulerManifest> ReadAsync(string path, string? key, CancellationToken cancellationToken)
    {
        try
        {
            return SchedulerManifest.Read(Strict.GetString(await File.ReadAllBytesAsync(path, cancellationToken)), path, key);
        }
        catch (DecoderFallbackException exception)
        {
            throw new NodeManagerException(ErrorIds.SchedulerConfigurationInvalid, ErrorKind.InvalidData,
                $"{path} is no text in UTF-8.", path, "Save it as UTF-8.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(ErrorIds.SchedulerConfigurationNotFound, ErrorKind.ResourceUnavailable,
                $"{path} cannot be read: {exception.Message}", path, "See that the file is there and that you may read it.", exception);
        }
    }
}

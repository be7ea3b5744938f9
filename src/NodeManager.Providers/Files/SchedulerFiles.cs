using System.Security;
using System.Text;
using NodeManager.Kubernetes.Files;
using NodeManager.SchedulerConfigurations.Comparing;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Validation;
using NodeManager.SchedulerConfigurations.Yaml;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Telemetry;

namespace NodeManager.Providers.Files;

public static class SchedulerFiles
{
    /// <summary>Changes the configuration in a file and keeps all other bytes. Replaces the file atomically with its permissions.</summary>
    /// <returns>The new document; null if nothing was written.</returns>
    /// <exception cref="NodeManagerException">
    /// The file cannot be read or written, a scheduler would newly fail to start, or another process changed the file meanwhile.
    /// </exception>
    public static async Task<SchedulerDocument?> ChangeAsync(string path, SchedulerFileChange change, CancellationToken cancellationToken)
    {
        var before = await ReadTextAsync(path, cancellationToken);
        var manifest = SchedulerManifest.Read(Open(before.Text, null, path, allowPlain: false), path, change.Key);
        var changed = change.Edit(manifest.Document);
        var differences = ValueComparison.Compare(YamlValue.Of(manifest.Document.Root), YamlValue.Of(changed.Root));
        if (changed.Text == manifest.Document.Text)
            return null;
        if (!change.Force)
            ChangeValidator.RejectNewErrors(
                manifest.Document,
                changed,
                new ValidationOptions
                {
                    Minor = change.Minor,
                    File = path,
                    Catalog = change.Catalog,
                },
                path
            );
        var text = manifest.Write(changed);
        if (manifest.LosesItsLayout)
            change.Warn(
                $"The value of key {manifest.Key} in {path} is not a literal block. It is rewritten in double quotes on one line. "
                    + "To keep its lines readable, change it to a literal block (|) first."
            );
        if (!await change.Confirm(differences))
            return null;
        Swap(path, before, text, change.RevisionLimit, cancellationToken);
        SchedulerTelemetry.Changed(ChangeCount.Of(manifest.Document, changed, differences));
        return changed;
    }

    /// <summary>A file name for a scheduler's exported configuration.</summary>
    public static string NameFor(string cluster, ClusterScheduler scheduler)
    {
        var name = $"{cluster}_{scheduler.Namespace}_{scheduler.ConfigMap}_{scheduler.Key}";
        return string.Concat(name.Select(sign => char.IsAsciiLetterOrDigit(sign) || sign is '.' or '-' or '_' ? sign : '-'));
    }

    /// <summary>Writes a configuration to a file; with a passphrase, it is never stored unencrypted.</summary>
    public static void Export(string path, string text, SecureString? passphrase, bool overwrite, CancellationToken cancellationToken)
    {
        if (passphrase is not null)
        {
            using var secret = Passphrase.Of(passphrase);
            text = EncryptedText.Encrypt(text, secret);
        }

        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(text), new() { Replace = overwrite, IsPrivate = true });
        }
        catch (IOException exception) when (!overwrite && File.Exists(path))
        {
            throw new NodeManagerException(
                ErrorIds.AlreadyExists,
                ErrorKind.ResourceExists,
                $"The file {path} already exists.",
                path,
                "Choose another path, or use -Force to replace it.",
                exception
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(path, "Check that the folder exists and that you have write permission.", exception);
        }
    }

    /// <summary>Reads a file with its byte order mark.</summary>
    /// <exception cref="NodeManagerException">It cannot be read, is not UTF-8, or has no configuration.</exception>
    public static Task<SchedulerManifest> ReadAsync(string path, string? key, CancellationToken cancellationToken) =>
        ReadAsync(path, key, null, cancellationToken);

    /// <summary>Reads a file that is encrypted if a passphrase is given.</summary>
    /// <param name="key">The key of a ConfigMap in it; null: the first with a configuration.</param>
    /// <param name="passphrase">Null: the file is not encrypted.</param>
    /// <param name="allowPlain">
    /// Accept a plain file despite a passphrase, to compare several files. For a restore, a plain file in place of an encrypted one must
    /// not pass unnoticed.
    /// </param>
    public static async Task<SchedulerManifest> ReadAsync(
        string path,
        string? key,
        SecureString? passphrase,
        CancellationToken cancellationToken,
        bool allowPlain = false
    ) => SchedulerManifest.Read(Open((await ReadTextAsync(path, cancellationToken)).Text, passphrase, path, allowPlain), path, key);

    private static async Task<EncodedText> ReadTextAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return EncodedText.Of(await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (DecoderFallbackException exception)
        {
            throw new NodeManagerException(
                ErrorIds.SchedulerConfigurationInvalid,
                ErrorKind.InvalidData,
                $"{path} is not UTF-8 text, and not UTF-16 with a byte order mark.",
                path,
                "Save it as UTF-8.",
                exception
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.SchedulerConfigurationNotFound,
                ErrorKind.ResourceUnavailable,
                $"Cannot read {path}: {exception.Message}",
                path,
                "Check that the file exists and that you have read permission.",
                exception
            );
        }
    }

    private static void Swap(string path, EncodedText before, string after, int revisionLimit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            AtomicFile.Write(
                path,
                before.Encode(after),
                new()
                {
                    BeforeReplace = () =>
                    {
                        if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(before.Encode(before.Text)))
                            throw new NodeManagerException(
                                ErrorIds.Conflict,
                                ErrorKind.ResourceBusy,
                                $"Another process changed {path} concurrently; nothing was written.",
                                path,
                                "Run the command again."
                            );
                        FileBackups.Add(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, revisionLimit);
                    },
                }
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(path, "Check that you have write permission for its folder.", exception);
        }
    }

    private static NodeManagerException NotWritten(string path, string action, Exception cause) =>
        new(ErrorIds.SchedulerFileNotWritten, ErrorKind.PermissionDenied, $"Cannot write {path}: {cause.Message}", path, action, cause);

    private static string Open(string text, SecureString? passphrase, string path, bool allowPlain)
    {
        if (!EncryptedText.IsEncrypted(text))
        {
            if (passphrase is null || allowPlain)
                return text;
            throw new NodeManagerException(
                ErrorIds.SchedulerPassphraseInvalid,
                ErrorKind.SecurityError,
                $"{path} is not encrypted, but a passphrase was given. The file may have been replaced.",
                path,
                "Check where the file comes from. To use it as it is, run the command without -Passphrase."
            );
        }

        if (passphrase is null)
            throw new NodeManagerException(
                ErrorIds.SchedulerPassphraseInvalid,
                ErrorKind.SecurityError,
                $"{path} is encrypted.",
                path,
                "Specify the passphrase that it was encrypted with, with -Passphrase."
            );
        using var secret = Passphrase.Of(passphrase);
        return EncryptedText.Decrypt(text, secret, path);
    }
}

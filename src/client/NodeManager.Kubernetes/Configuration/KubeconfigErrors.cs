namespace NodeManager.Kubernetes.Configuration;

internal static class KubeconfigErrors
{
    public static NodeManagerException NotFound(string message, string path) =>
        new(
            ErrorIds.KubeconfigNotFound,
            ErrorKind.ObjectNotFound,
            message,
            path,
            "Name a kubeconfig file, or set KUBECONFIG. Without any cluster at hand: Connect-NodeManager -Sandbox."
        );

    public static NodeManagerException Invalid(string file, long line, string problem, Exception? cause = null) =>
        new(
            ErrorIds.KubeconfigInvalid,
            ErrorKind.InvalidData,
            $"{file}:{line}: {problem}.",
            file,
            "Correct the file, or name another one.",
            cause
        );

    public static NodeManagerException ContextNotFound(string context, IEnumerable<string> known, string files) =>
        new(
            ErrorIds.ContextNotFound,
            ErrorKind.ObjectNotFound,
            $"There is no context '{context}' in {files}.",
            context,
            string.Join(", ", known) is { Length: > 0 } names ? $"The contexts are: {names}." : "The kubeconfig has no contexts."
        );

    public static NodeManagerException NoCurrentContext(IEnumerable<string> known, string files) =>
        new(
            ErrorIds.ContextIncomplete,
            ErrorKind.InvalidData,
            $"No current context is set in {files}.",
            files,
            string.Join(", ", known) is { Length: > 0 } names
                ? $"Name a context. There are: {names}."
                : "The kubeconfig has no contexts: name another file."
        );

    public static NodeManagerException Incomplete(string context, string problem, string action) =>
        new(ErrorIds.ContextIncomplete, ErrorKind.InvalidData, problem, context, action);

    public static NodeManagerException Unsupported(YamlSection user, string field, string problem, string action) =>
        new(ErrorIds.CredentialUnsupported, ErrorKind.NotImplemented, $"{user.File}: {user.Path}.{field} {problem}.", user.Path, action);
}

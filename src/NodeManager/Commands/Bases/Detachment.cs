namespace NodeManager.Commands.Bases;

/// <summary>What cannot be left to the server of the cluster.</summary>
internal static class Detachment
{
    /// <param name="parameters">Whether each was given, and its name.</param>
    /// <exception cref="NodeManagerException">DetachInvalid.</exception>
    public static void Refuse(params IEnumerable<(bool IsGiven, string Name)> parameters)
    {
        foreach ((bool isGiven, string name) in parameters)
        {
            if (isGiven)
            {
                throw new NodeManagerException(
                    ErrorIds.DetachInvalid,
                    ErrorKind.InvalidArgument,
                    $"-{name} cannot be used with -Detach.",
                    name,
                    $"Remove -{name}, or run the command without -Detach."
                );
            }
        }
    }
}

namespace NodeManager.Kubernetes.Credentials;

internal sealed record BasicCredentials(string UserName, string Password)
{
    public override string ToString() => UserName;
}

namespace NodeManager.Kubernetes.Authentication;

internal sealed record BasicCredentials(string UserName, string Password)
{
    public override string ToString() => UserName;
}

import { type RedactionRule, secretInContext, tokenFormat } from './rule.ts';

/*
 * What tokens look like, as their issuers document it or as their scanning
 * partners publish it. `[\w*-]` is base64url, with the mask in it.
 */

const cloud: readonly RedactionRule[] = [
  tokenFormat(
    'aws-access-key',
    ['akia', 'asia', 'abia', 'acca'],
    /A(?:KIA|SIA|BIA|CCA)(?<secret>[A-Z0-9*]{16})(?![A-Za-z0-9])/,
  ),
  tokenFormat('google-api-key', ['aiza'], /AIza(?<secret>[\w*-]{35})/),
  tokenFormat('google-oauth', ['ya29.', 'gocspx-'], /(?:ya29\.|GOCSPX-)(?<secret>[\w*.-]{20,})/),
  tokenFormat('azure-client-secret', ['7q~', '8q~', '**~'], /(?<secret>[\w*.~-]{3}(?:[78]Q|\*\*)~[\w*.~-]{31,34})/),
  secretInContext(
    'azure-account-key',
    ['accountkey=', 'accesskey=', 'sharedaccesskey'],
    /Key=(?<secret>[A-Za-z0-9+/*]{40,}={0,2})/,
  ),
  secretInContext('azure-signature', ['sig='], /[?&]sig=(?<secret>(?:[A-Za-z0-9+/*]|%[0-9A-Fa-f*]{2}){40,}={0,2})/),
  tokenFormat('azure-devops', ['azdo'], /(?<secret>[A-Za-z0-9*]{76}AZDO[A-Za-z0-9*]{4})/, { mask: 'all' }),
  tokenFormat('digitalocean', ['dop_v1_', 'doo_v1_', 'dor_v1_'], /do[opr]_v1_(?<secret>[a-f0-9*]{64})/),
  tokenFormat('databricks', ['dapi'], /dapi(?<secret>[a-f0-9*]{32}(?:-[\d*])?)/),
  tokenFormat('heroku', ['hrku-'], /HRKU-(?<secret>[\w*-]{36,})/),
  tokenFormat('cloudflare', ['v1.0-'], /v1\.0-(?<secret>[a-f0-9*]{24}-[a-f0-9*]{146})/),
  tokenFormat('fly', ['fm1a_', 'fm2_', 'fo1_'], /(?:fm1a|fm2|fo1)_(?<secret>[\w+/=*-]{40,})/),
  tokenFormat('vault', ['hvs.', 'hvb.', 'hvr.'], /hv[sbr]\.(?<secret>[\w*-]{24,})/),
  tokenFormat(
    'terraform',
    ['.atlasv1.', '.*******.'],
    /(?<secret>[A-Za-z0-9*]{14})\.(?:atlasv1|\*{7})\.(?<end>[\w*-]{60,})/,
  ),
  tokenFormat('supabase', ['sbp_', 'sb_secret_'], /(?:sbp_|sb_secret_)(?<secret>[\w*-]{30,})/),
  tokenFormat('planetscale', ['pscale_'], /pscale_(?:tkn|pw|oauth)_(?<secret>[\w*.=-]{32,})/),
  tokenFormat('doppler', ['dp.'], /dp\.(?:pt|st|ct|sa|scim|audit)\.(?<secret>[\w*.-]{40,})/),
];

const codeHosts: readonly RedactionRule[] = [
  tokenFormat('github', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], /gh[pousr]_(?<secret>[A-Za-z0-9*]{36,255})/),
  tokenFormat('github', ['github_pat_'], /github_pat_(?<secret>[\w*]{22,255})/),
  tokenFormat(
    'gitlab',
    ['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glft-', 'glsoat-', 'gloas-', 'glimt-', 'glagent-'],
    /gl(?:pat|dt|rt|cbt|ptt|ft|soat|oas|imt|agent)-(?<secret>[\w*-]{20,}(?:\.[\w*.]{2,})?)/,
  ),
  tokenFormat('atlassian', ['atatt3', 'atbb', 'atctt3'], /(?:ATATT3|ATCTT3|ATBB)(?<secret>[\w=*-]{28,})/),
  tokenFormat('linear', ['lin_api_', 'lin_oauth_'], /lin_(?:api|oauth)_(?<secret>[A-Za-z0-9*]{32,})/),
  tokenFormat('notion', ['ntn_', 'secret_'], /(?:ntn|secret)_(?<secret>[A-Za-z0-9*]{40,})/),
  tokenFormat('postman', ['pmak-'], /PMAK-(?<secret>[a-f0-9*]{24}-[a-f0-9*]{34})/),
  tokenFormat('figma', ['figd_'], /figd_(?<secret>[\w*-]{38,})/),
];

const languageModels: readonly RedactionRule[] = [
  tokenFormat('anthropic', ['sk-ant-'], /sk-ant-(?<secret>[\w*-]{20,})/),
  tokenFormat('openrouter', ['sk-or-'], /sk-or-(?<secret>[\w*-]{20,})/),
  tokenFormat(
    'openai',
    ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-none-'],
    /sk-(?:proj|svcacct|admin|None)-(?<secret>[\w*-]{20,})/,
  ),
  tokenFormat('openai', ['sk-'], /sk-(?<secret>[A-Za-z0-9*]{32,})/),
  tokenFormat('groq', ['gsk_'], /gsk_(?<secret>[A-Za-z0-9*]{40,})/),
  tokenFormat('xai', ['xai-'], /xai-(?<secret>[A-Za-z0-9*]{40,})/),
  tokenFormat('perplexity', ['pplx-'], /pplx-(?<secret>[A-Za-z0-9*]{40,})/),
  tokenFormat('huggingface', ['hf_', 'api_org_'], /(?:hf|api_org)_(?<secret>[A-Za-z*]{34,})/),
  tokenFormat('replicate', ['r8_'], /r8_(?<secret>[A-Za-z0-9*]{37,})/),
  tokenFormat('langsmith', ['lsv2_'], /lsv2_(?:pt|sk)_(?<secret>[a-f0-9*]{32}_[a-f0-9*]{10})/),
  tokenFormat('nvidia', ['nvapi-'], /nvapi-(?<secret>[\w*-]{60,})/),
  tokenFormat('tavily', ['tvly-'], /tvly-(?<secret>[\w*-]{24,})/),
];

const payment: readonly RedactionRule[] = [
  tokenFormat('stripe', ['_live_', '_test_'], /(?:sk|rk|pk|ak)_(?:live|test)_(?<secret>[A-Za-z0-9*]{16,})/),
  tokenFormat('stripe', ['whsec_'], /whsec_(?<secret>[A-Za-z0-9+/=*]{32,})/),
  tokenFormat('square', ['sq0atp-', 'sq0csp-', 'sq0idp-'], /sq0(?:atp|csp|idp)-(?<secret>[\w*-]{22,})/),
  tokenFormat('square', ['eaaa'], /EAAA(?<secret>[\w*-]{60})(?![\w-])/),
  tokenFormat(
    'braintree',
    ['access_token$'],
    /access_token\$(?:production|sandbox)\$(?<secret>[a-z0-9*]{16}\$[a-f0-9*]{32})/,
  ),
  tokenFormat('shopify', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], /shp(?:at|ca|pa|ss)_(?<secret>[a-fA-F0-9*]{32})/),
];

const chat: readonly RedactionRule[] = [
  tokenFormat(
    'slack',
    ['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'],
    /xox(?:[abcdeoprs]|e\.xox[bp])-(?<secret>[\w*%/+=-]{10,})/,
  ),
  tokenFormat('slack', ['xapp-'], /xapp-(?<secret>[\d*]-[\w*-]{10,})/),
  secretInContext(
    'slack',
    ['hooks.slack.com'],
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<secret>[\w*/+-]{20,})/,
    { mask: 'letters' },
  ),
  tokenFormat(
    'discord',
    [...discordBeginnings(), '.******.'],
    /(?<secret>[MNO*][\w*-]{23,27}\.[\w*-]{6}\.[\w*-]{27,38})(?![\w-])/,
  ),
  secretInContext('discord', ['/api/webhooks/'], /\/api\/webhooks\/\d+\/(?<secret>[\w*-]{60,})/, { mask: 'letters' }),
  tokenFormat('telegram', [':aa'], /\d{8,10}:(?<secret>AA[\w*-]{33})(?![\w-])/),
  secretInContext(
    'teams',
    ['.webhook.office.'],
    /\.webhook\.office\.com\/webhookb2\/(?<secret>[\w@*-]+\/IncomingWebhook\/[\w*-]+\/[\w*-]+)/,
    { mask: 'letters' },
  ),
];

const registries: readonly RedactionRule[] = [
  tokenFormat('npm', ['npm_'], /npm_(?<secret>[A-Za-z0-9*]{36,})/),
  tokenFormat('pypi', ['pypi-'], /pypi-(?<secret>[\w*-]{50,})/),
  tokenFormat('rubygems', ['rubygems_'], /rubygems_(?<secret>[a-f0-9*]{48})/),
  tokenFormat('docker', ['dckr_pat_', 'dckr_oat_'], /dckr_[po]at_(?<secret>[\w*-]{27,})/),
  tokenFormat('nuget', ['oy2'], /oy2(?<secret>[a-z0-9*]{43})(?![A-Za-z0-9])/),
  tokenFormat('crates', ['cio'], /cio(?<secret>[A-Za-z0-9*]{32})(?![A-Za-z0-9])/),
];

const hexDigits = Array.from('0123456789abcdef');

const services: readonly RedactionRule[] = [
  tokenFormat('sendgrid', ['sg.'], /SG\.(?<secret>[\w*-]{22}\.[\w*-]{43})/),
  tokenFormat('mailgun', ['key-'], /key-(?<secret>[a-f0-9*]{32})(?![A-Za-z0-9])/),
  tokenFormat('mailchimp', ['-us'], /(?<secret>[a-f0-9*]{32})-us\d{1,2}(?![A-Za-z0-9])/),
  tokenFormat(
    'twilio',
    hexDigits.map((digit) => `sk${digit}`),
    /SK(?<secret>[a-f0-9*]{32})(?![A-Za-z0-9])/,
  ),
  tokenFormat('newrelic', ['nrak-', 'nrjs-'], /NR(?:AK|JS)-(?<secret>[A-Za-z0-9*]{19,})/),
  tokenFormat('sentry', ['sntrys_', 'sntryu_'], /sntry[su]_(?<secret>[\w+/=*]{40,})/),
  tokenFormat('grafana', ['glsa_', 'glc_'], /(?:glsa|glc)_(?<secret>[\w+/=*]{32,})/),
  tokenFormat('dynatrace', ['dt0c01.', 'dt0s01.'], /dt0[cs]01\.(?<secret>[A-Z0-9*]{24}\.[A-Z0-9*]{64})/),
  tokenFormat('age', ['age-secret-key-1'], /AGE-SECRET-KEY-1(?<secret>[A-Z0-9*]{58})/),
];

const general: readonly RedactionRule[] = [
  // Not far within a word, whose every part would be read to its end.
  tokenFormat('jwt', ['eyj'], /(?<![\w-]{7})eyJ(?<secret>[\w*-]{8,}\.(?:eyJ|\*{3})[\w*-]{8,}\.[\w*-]{10,})/),
  secretInContext(
    'url-password',
    ['://'],
    /:\/\/[^\x00-\x20/:@"'<>`\\]{0,100}:(?<secret>[^\x00-\x20/@"'<>`\\]{1,200})@/,
    {
      isSecret: (secret) => !/^(?:\$\{.*|\$[A-Z_]+|[{%].*|x{3,}|\.{3})$/.test(secret),
    },
  ),
  secretInContext('url-password', ['://'], /:\/\/(?<secret>[\w*-]{20,200})@/),
  secretInContext(
    'authorization',
    ['authorization'],
    /authorization\\*["']?[ \t]*[:=][ \t]*\\*["']?(?:(?:bearer|basic|token|digest|apikey|negotiate)[ \t]+)?(?<secret>[^\x00-\x20"'`,;<>{}$\\]{8,})/i,
    {
      isSecret: (secret) => /[0-9+/=*]/.test(secret) || secret.length > 24,
    },
  ),
  secretInContext('authorization', ['bearer'], /bearer[ \t]+(?<secret>[\w.~+/*-]{16,}=*)/i, {
    isSecret: (secret) => /[0-9*]/.test(secret),
  }),
  secretInContext(
    'curl-user',
    [' -u', '--user'],
    /[ \t](?:-u|--user)[ \t=]*["']?[^\x00-\x20:"'$]{1,100}:(?<secret>[^\x00-\x20"'$]{4,})/,
  ),
];

export const tokenFormats: readonly RedactionRule[] = [
  ...cloud,
  ...codeHosts,
  ...languageModels,
  ...payment,
  ...chat,
  ...registries,
  ...services,
  ...general,
];

/**
 * A bot's token begins with the base64 of its id, a decimal number: so do its first three digits. Those given out since
 * 2022 begin with 1; eight hundred more beginnings would find the older ones, and stand in words of any text.
 */
function discordBeginnings(): string[] {
  const threeDigits = Array.from({ length: 100 }, (_, index) => String(index + 100));
  return threeDigits.map((digits) => Buffer.from(digits).toString('base64').toLowerCase());
}

import type { ProviderDescriptor } from '../../ports/provider.ts'

export const smtpDescriptor: ProviderDescriptor = {
  port: 'mail',
  name: 'smtp',
  title: 'SMTP server',
  isSimulated: false,
  variables: ['SMTP_URL', 'MAIL_FROM', 'INVITATION_URL'],
  links: [{ title: 'SMTP reply codes', url: 'https://www.rfc-editor.org/rfc/rfc5321#section-4.2' }],
}

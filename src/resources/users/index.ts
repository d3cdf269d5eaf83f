export { insertUser, listUsers, setUserRole, setUserStatus, type User } from './user.store.ts'
